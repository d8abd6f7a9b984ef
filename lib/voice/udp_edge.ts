/**
 * The UDP side of the voice port: each peer is answered in the form that it
 * uses itself, from the address that was announced to it. See docs/protocol.md, "Voice".
 *
 * @module
 */

import {
  checkVoiceFrame,
  HELLO_BYTES,
  isHello,
  MAX_FRAME,
  MIN_FRAME,
  PREFIX_BYTES,
  putU32,
  u32,
} from "../protocol/rtp.ts";
import type { DropReason } from "./counters.ts";
import { type DatagramPort, DatagramPorts } from "./datagram_port.ts";
import type { DatagramGate } from "./datagram_gate.ts";
import type { OwnAddresses } from "./own_addresses.ts";
import type { Refusals } from "../net/refusals.ts";
import type { VoiceRelay } from "./relay.ts";
import type { Datagrams, Peer } from "./peer.ts";
import { plainAddress } from "../net/addresses.ts";
import { nextTurn, pause } from "../net/turn.ts";

/** Maximum pending sends. */
const MOST_SENDS = 8192;
/** Milliseconds to wait after a failed receive. */
const RECEIVE_PAUSE_MS = 5;

/**
 * After this many refused datagrams in a row, reading pauses for a moment, so
 * that a flood does not take the whole processor. Up to about 70,000 a second,
 * the pause is shorter than the time in which the kernel's buffer (some 270
 * small datagrams) fills up, so it costs no member a datagram.
 */
const MOST_REFUSED = 256;
const REFUSED_PAUSE_MS = 1;
/** Datagrams taken before everything else has its turn. */
const MOST_PER_TURN = 32;

export interface UdpEdgeOptions {
  readonly socket: Deno.DatagramConn;
  readonly relay: VoiceRelay;
  readonly gate: DatagramGate;
  readonly own: OwnAddresses;
  readonly refusals: Refusals;
}

export class UdpEdge implements Datagrams {
  readonly #options: UdpEdgeOptions;
  readonly #port: number;
  readonly #ports: DatagramPorts;
  readonly #reading: Promise<void>[] = [];
  /** Where the datagram came in that is being relayed. */
  #relaying: DatagramPort | undefined;
  /** In a row. */
  #refused = 0;
  #inFlight = 0;
  #closing = false;
  readonly #sent = () => {
    this.#inFlight--;
  };
  readonly #unsent = (error: unknown) => {
    this.#inFlight--;
    this.#note("datagram not sent", error);
  };

  constructor(options: UdpEdgeOptions) {
    this.#options = options;
    this.#port = (options.socket.addr as Deno.NetAddr).port;
    this.#ports = new DatagramPorts({
      socket: options.socket,
      isOwn: (address) => options.own.has(address),
      onOpen: (port) => this.#reading.push(this.#read(port)),
      onError: (what, address, error) => this.#note(what, error, address),
    });
  }

  reaches(address: string, port: number): boolean {
    return !(port === this.#port && this.#options.own.has(address));
  }

  send(bytes: Uint8Array, peer: Peer): void {
    if (this.#inFlight >= MOST_SENDS) {
      peer.traffic.dropped++;
      return;
    }
    peer.traffic.out++;
    const sending = this.#ports.from(peer.from).socket
      .send(bytes, peer.target);
    if (this.#relaying !== undefined) {
      this.#relaying.sends.push(sending);
    } else {
      this.#inFlight++;
      sending.then(this.#sent, this.#unsent);
    }
  }

  /** Relays until {@linkcode UdpEdge.shutdown}. */
  async run(): Promise<void> {
    await this.#read(this.#ports.main);
    await Promise.all(this.#reading);
  }

  async #read(port: DatagramPort): Promise<void> {
    const space = port.buffer.subarray(PREFIX_BYTES);
    for (let n = 1; !this.#closing; n++) {
      if (n % MOST_PER_TURN === 0) await nextTurn();
      if (this.#refused >= MOST_REFUSED) {
        this.#refused = 0;
        await pause(REFUSED_PAUSE_MS);
      }
      try {
        const [bytes, from] = await port.socket.receive(space);
        const { hostname, port: number } = from as Deno.NetAddr;
        this.#relaying = port;
        this.#handle(port, bytes.length, plainAddress(hostname), number);
        this.#relaying = undefined;
        if (port.sends.length > 0) await this.#settle(port);
      } catch (error) {
        this.#relaying = undefined;
        if (this.#closing || error instanceof Deno.errors.BadResource) return;
        // Windows reports a peer's closed port here; it is not our end.
        this.#note("datagram not received", error);
        await pause(RECEIVE_PAUSE_MS);
      }
    }
  }

  shutdown(): void {
    this.#closing = true;
    this.#ports.close();
  }

  /** The buffer belongs to the sends until the last of them is done. */
  async #settle({ sends }: DatagramPort): Promise<void> {
    try {
      await Promise.all(sends);
    } catch (error) {
      await Promise.allSettled(sends);
      this.#note("datagram not sent", error);
    } finally {
      sends.length = 0;
    }
  }

  #note(what: string, error: unknown, address = ""): void {
    if (this.#closing) return;
    this.#options.refusals.note(what, address, { error: String(error) });
  }

  #handle(
    { buffer, address: local }: DatagramPort,
    count: number,
    address: string,
    port: number,
  ): void {
    const reason = this.#relay(buffer, local, count, address, port);
    if (reason === undefined) this.#refused = 0;
    else this.#refused++;
    if (reason === undefined || reason === "rate") return;
    this.#options.refusals.note(`datagram (${reason})`, address, { port });
  }

  #relay(
    buf: Uint8Array,
    local: string | undefined,
    count: number,
    address: string,
    port: number,
  ): DropReason | undefined {
    const { relay, gate } = this.#options;
    if (!this.reaches(address, port)) return relay.refused("own");
    if (count === HELLO_BYTES) {
      const gid = u32(buf, PREFIX_BYTES);
      const uid = u32(buf, PREFIX_BYTES + 4);
      if (!isHello(gid, uid)) return relay.refused("form");
      return gate.greet(gid, uid, address, port, local);
    }
    const inner = count - PREFIX_BYTES;
    const prefixed = inner >= MIN_FRAME && u32(buf, PREFIX_BYTES) === inner;
    const length = prefixed ? inner : count;
    if (length < MIN_FRAME || length > MAX_FRAME) return relay.refused("form");
    const at = prefixed ? PREFIX_BYTES : 0;
    if (!prefixed) putU32(buf, 0, count);
    const fault = checkVoiceFrame(buf, at + PREFIX_BYTES, length);
    if (fault !== undefined) return relay.refused(fault);
    const form = prefixed ? "prefixed" : "bare";
    return gate.speak(address, port, form, buf, at, length);
  }
}
