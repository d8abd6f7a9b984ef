/**
 * Packets and capture files made for tests.
 *
 * @module
 */
import { concat } from "../../lib/protocol/bytes.ts";

const CLIENT = [192, 0, 2, 7];
const SERVER = [192, 0, 2, 1];

function u16(value: number): number[] {
  return [value >> 8 & 255, value & 255];
}

function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}

function ip(
  protocol: number,
  toServer: boolean,
  transport: readonly number[],
): Uint8Array {
  const [from, to] = toServer ? [CLIENT, SERVER] : [SERVER, CLIENT];
  return Uint8Array.from([
    0x45,
    0,
    ...u16(20 + transport.length),
    0,
    0,
    0x40,
    0,
    64,
    protocol,
    0,
    0,
    ...from,
    ...to,
    ...transport,
  ]);
}

/** Returns an IPv4 TCP packet between port 40000 and `port`. */
export function tcp(
  port: number,
  direction: "C>S" | "S>C",
  sequence: number,
  payload: Uint8Array,
  flags = 0x18,
): Uint8Array {
  const toServer = direction === "C>S";
  const ports = toServer ? [40000, port] : [port, 40000];
  return ip(6, toServer, [
    ...ports.flatMap(u16),
    ...u32(sequence),
    ...u32(0),
    0x50,
    flags,
    ...u16(65535),
    0,
    0,
    0,
    0,
    ...payload,
  ]);
}

export function udp(
  port: number,
  direction: "C>S" | "S>C",
  payload: Uint8Array,
): Uint8Array {
  const toServer = direction === "C>S";
  const ports = toServer ? [40000, port] : [port, 40000];
  return ip(17, toServer, [
    ...ports.flatMap(u16),
    ...u16(8 + payload.length),
    0,
    0,
    ...payload,
  ]);
}

/** Returns a pcap file of Ethernet frames, one every 10 ms. */
export function pcap(packets: readonly Uint8Array[]): Uint8Array {
  const parts = [
    Uint8Array.from([
      ...u32(0xa1b2c3d4),
      0,
      2,
      0,
      4,
      ...u32(0),
      ...u32(0),
      ...u32(65535),
      ...u32(1),
    ]),
  ];
  for (const [i, packet] of packets.entries()) {
    const frame = concat([ETHERNET, packet]);
    parts.push(Uint8Array.from([
      ...u32(1_700_000_000),
      ...u32(i * 10_000),
      ...u32(frame.length),
      ...u32(frame.length),
    ]));
    parts.push(frame);
  }
  return concat(parts);
}

const ETHERNET = Uint8Array.from([...Array(12).fill(0), 8, 0]);

/** Returns the same as pcapng, with nanoseconds. */
export function pcapng(packets: readonly Uint8Array[]): Uint8Array {
  const block = (type: number, body: readonly number[]) => {
    const padded = [...body, ...Array((4 - body.length % 4) % 4).fill(0)];
    const length = padded.length + 12;
    return Uint8Array.from([
      ...u32(type),
      ...u32(length),
      ...padded,
      ...u32(length),
    ]);
  };
  const parts = [
    block(0x0a0d0d0a, [...u32(0x1a2b3c4d), 0, 1, 0, 0, ...Array(8).fill(255)]),
    block(1, [0, 101, 0, 0, ...u32(0), 0, 9, 0, 1, 9, 0, 0, 0, 0, 0, 0, 0]),
  ];
  for (const [i, packet] of packets.entries()) {
    const at = BigInt(1_700_000_000) * 1_000_000_000n + BigInt(i) * 10_000_000n;
    parts.push(block(6, [
      ...u32(0),
      ...u32(Number(at >> 32n)),
      ...u32(Number(at & 0xffffffffn)),
      ...u32(packet.length),
      ...u32(packet.length),
      ...packet,
    ]));
  }
  return concat(parts);
}
