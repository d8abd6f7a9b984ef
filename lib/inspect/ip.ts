/**
 * Extracts the TCP or UDP payload of a captured packet.
 *
 * @module
 */
import type { CapturedPacket } from "./pcap.ts";

export interface Segment {
  readonly at: number;
  readonly protocol: "tcp" | "udp";
  /** "192.168.1.20:5001" */
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly payload: Uint8Array;
  /** TCP only. */
  readonly sequence: number;
  readonly syn: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
}

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLAN = 0x8100;
const TCP = 6;
const UDP = 17;

/** Returns null for anything else, and for a packet that was cut short. */
export function segmentOf(packet: CapturedPacket): Segment | null {
  const { bytes } = packet;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    const start = networkStart(packet.linkType, view);
    return start === null ? null : readIp(packet, view, start);
  } catch (error) {
    // The packet was cut when it was captured, so a read went beyond its end.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Returns the offset of the IP header. */
function networkStart(linkType: number, view: DataView): number | null {
  switch (linkType) {
    case 0: // BSD loopback
    case 108:
      return 4;
    case 1: { // Ethernet
      let at = 12;
      while (view.getUint16(at) === VLAN) at += 4;
      const type = view.getUint16(at);
      return type === IPV4 || type === IPV6 ? at + 2 : null;
    }
    case 12: // raw IP, by three numbers
    case 14:
    case 101:
      return 0;
    case 113: // Linux cooked
      return 16;
    case 276: // Linux cooked, second form
      return 20;
    default:
      return null;
  }
}

function readIp(
  { at, bytes }: CapturedPacket,
  view: DataView,
  start: number,
): Segment | null {
  const version = view.getUint8(start) >> 4;
  if (version === 4) {
    const header = (view.getUint8(start) & 0x0f) * 4;
    const fragment = view.getUint16(start + 6) & 0x3fff;
    if (fragment !== 0) return null;
    const end = Math.min(bytes.length, start + view.getUint16(start + 2));
    const address = (from: number) => bytes.subarray(from, from + 4).join(".");
    return readTransport(at, bytes, view, view.getUint8(start + 9), {
      start: start + header,
      end,
      from: address(start + 12),
      to: address(start + 16),
    });
  }
  if (version === 6) {
    const end = Math.min(bytes.length, start + 40 + view.getUint16(start + 4));
    const address = (from: number) =>
      "[" + Array.from(
        { length: 8 },
        (_, i) => view.getUint16(from + i * 2).toString(16),
      ).join(":") + "]";
    return readTransport(at, bytes, view, view.getUint8(start + 6), {
      start: start + 40,
      end,
      from: address(start + 8),
      to: address(start + 24),
    });
  }
  return null;
}

function readTransport(
  at: number,
  bytes: Uint8Array,
  view: DataView,
  protocol: number,
  ip: { start: number; end: number; from: string; to: string },
): Segment | null {
  if (protocol !== TCP && protocol !== UDP) return null;
  const { start, end } = ip;
  const fromPort = view.getUint16(start);
  const toPort = view.getUint16(start + 2);
  const header = protocol === UDP ? 8 : (view.getUint8(start + 12) >> 4) * 4;
  const flags = protocol === UDP ? 0 : view.getUint8(start + 13);
  return {
    at,
    protocol: protocol === TCP ? "tcp" : "udp",
    from: `${ip.from}:${fromPort}`,
    to: `${ip.to}:${toPort}`,
    fromPort,
    toPort,
    payload: bytes.subarray(start + header, end),
    sequence: protocol === UDP ? 0 : view.getUint32(start + 4),
    fin: (flags & 1) !== 0,
    syn: (flags & 2) !== 0,
    rst: (flags & 4) !== 0,
  };
}
