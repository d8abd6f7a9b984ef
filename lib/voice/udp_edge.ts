/**
 * The UDP side of the voice port: one socket for everybody, each peer answered
 * in the form he uses himself. See docs/protocol.md, "Voice".
 *
 * @module
 */

import {
  checkVoiceFrame,
  HELLO_BYTES,
  isHello,
  MAX_FRAME,
  MAX_WIRE_FRAME,
  MIN_FRAME,
  PREFIX_BYTES,
  putU32,
  u32,
} from "../protocol/rtp.ts";
import type { DropReason } from "./counters.ts";
import type { DatagramGate } from "./datagram_gate.ts";
import type { OwnAddresses } from "./own_addresses.ts";
import type { Refusals } from "../net/refusals.ts";
import type { VoiceRelay } from "./relay.ts";
import type { Datagrams, Peer } from "./room.ts";
import { plainAddress } from "../net/addresses.ts";
import { nextTurn, pause } from "../ops/turn.ts";

/** Sends that may wait for the kernel at once. */
const MOST_SENDS = 8192;
/** Milliseconds to wait after a failed receive. */
const RECEIVE_PAUSE_MS = 5;

/**
 * After so many datagrams in a row that were refused, none is taken for a
 * moment: a flood may cost others' datagrams, but not the whole processor.
 */
const MOST_REFUSED = 32;
const REFUSED_PAUSE_MS = 2;
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
  /** Datagrams land behind room for a prefix: both forms without a copy. */
  readonly #buffer = new Uint8Array(PREFIX_BYTES + 2 * MAX_WIRE_FRAME);
  readonly #sends: Promise<number>[] = [];
  #relaying = false;
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
    const sending = this.#options.socket.send(bytes, peer.target);
    if (this.#relaying) {
      this.#sends.push(sending);
    } else {
      this.#inFlight++;
      sending.then(this.#sent, this.#unsent);
    }
  }

  /** Relays until {@linkcode UdpEdge.shutdown}. */
  async run(): Promise<void> {
    const { socket } = this.#options;
    const space = this.#buffer.subarray(PREFIX_BYTES);
    for (let n = 1; !this.#closing; n++) {
      if (n % MOST_PER_TURN === 0) await nextTurn();
      if (this.#refused >= MOST_REFUSED) {
        this.#refused = 0;
        await pause(REFUSED_PAUSE_MS);
      }
      try {
        const [bytes, from] = await socket.receive(space);
        const { hostname, port } = from as Deno.NetAddr;
        this.#relaying = true;
        this.#handle(bytes.length, plainAddress(hostname), port);
        this.#relaying = false;
        if (this.#sends.length > 0) await this.#settle();
      } catch (error) {
        this.#relaying = false;
        if (this.#closing) return;
        // Windows reports a peer's closed port here; it is not our end.
        this.#note("datagram not received", error);
        await pause(RECEIVE_PAUSE_MS);
      }
    }
  }

  shutdown(): void {
    this.#closing = true;
    this.#options.socket.close();
  }

  /** The buffer belongs to the sends until the last of them is done. */
  async #settle(): Promise<void> {
    try {
      await Promise.all(this.#sends);
    } catch (error) {
      await Promise.allSettled(this.#sends);
      this.#note("datagram not sent", error);
    } finally {
      this.#sends.length = 0;
    }
  }

  #note(what: string, error: unknown): void {
    if (this.#closing) return;
    this.#options.refusals.note(what, "", { error: String(error) });
  }

  #handle(count: number, address: string, port: number): void {
    const reason = this.#relay(count, address, port);
    if (reason === undefined) this.#refused = 0;
    else this.#refused++;
    if (reason === undefined || reason === "rate") return;
    this.#options.refusals.note(`datagram (${reason})`, address, { port });
  }

  #relay(count: number, address: string, port: number): DropReason | undefined {
    const { relay, gate } = this.#options;
    const buf = this.#buffer;
    if (!this.reaches(address, port)) return relay.refused("own");
    if (count === HELLO_BYTES) {
      const gid = u32(buf, PREFIX_BYTES);
      const uid = u32(buf, PREFIX_BYTES + 4);
      if (!isHello(gid, uid)) return relay.refused("form");
      return gate.greet(gid, uid, address, port);
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
