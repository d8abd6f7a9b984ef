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
import type { OwnAddresses } from "./own_addresses.ts";
import type { Refusals } from "./refusals.ts";
import type { VoiceRelay } from "./relay.ts";
import type { Datagrams, Peer } from "./room.ts";
import { plainAddress } from "./roster.ts";

/** Sends that may wait for the kernel at once. */
const MOST_SENDS = 8192;
/** Milliseconds to wait after a failed receive. */
const RECEIVE_PAUSE_MS = 5;

export interface UdpEdgeOptions {
  readonly socket: Deno.DatagramConn;
  readonly relay: VoiceRelay;
  readonly own: OwnAddresses;
  readonly refusals: Refusals;
}

export class UdpEdge implements Datagrams {
  readonly #options: UdpEdgeOptions;
  readonly #port: number;
  /** Datagrams land behind room for a prefix: both forms without a copy. */
  readonly #buffer = new Uint8Array(PREFIX_BYTES + 2 * MAX_WIRE_FRAME);
  readonly #sends: Promise<void>[] = [];
  #relaying = false;
  #inFlight = 0;
  #closing = false;
  readonly #sent = () => {
    this.#inFlight--;
  };
  readonly #unsent = (error: unknown) => {
    this.#inFlight--;
    if (this.#closing) return;
    const { refusals } = this.#options;
    refusals.note("datagram not sent", "", { error: String(error) });
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
    this.#inFlight++;
    peer.traffic.out++;
    const send = this.#options.socket.send(bytes, peer.target)
      .then(this.#sent, this.#unsent);
    if (this.#relaying) this.#sends.push(send);
  }

  /** Relays until {@linkcode UdpEdge.shutdown}. */
  async run(): Promise<void> {
    const { refusals, socket } = this.#options;
    const space = this.#buffer.subarray(PREFIX_BYTES);
    while (!this.#closing) {
      try {
        const [bytes, from] = await socket.receive(space);
        const { hostname, port } = from as Deno.NetAddr;
        this.#relaying = true;
        this.#handle(bytes.length, plainAddress(hostname), port);
        this.#relaying = false;
        if (this.#sends.length > 0) {
          // The buffer is theirs until they are done.
          await Promise.all(this.#sends);
          this.#sends.length = 0;
        }
      } catch (error) {
        this.#relaying = false;
        if (this.#closing) return;
        // Windows reports a peer's closed port here; it is not our end.
        refusals.note("datagram not received", "", { error: String(error) });
        await new Promise((go) => setTimeout(go, RECEIVE_PAUSE_MS));
      }
    }
  }

  shutdown(): void {
    this.#closing = true;
    this.#options.socket.close();
  }

  #handle(count: number, address: string, port: number): void {
    const reason = this.#relay(count, address, port);
    if (reason === undefined || reason === "rate") return;
    this.#options.refusals.note(`datagram (${reason})`, address, { port });
  }

  #relay(count: number, address: string, port: number): DropReason | undefined {
    const { relay } = this.#options;
    const buf = this.#buffer;
    if (!this.reaches(address, port)) return relay.refused("own");
    if (count === HELLO_BYTES) {
      const gid = u32(buf, PREFIX_BYTES);
      const uid = u32(buf, PREFIX_BYTES + 4);
      if (!isHello(gid, uid)) return relay.refused("form");
      return relay.greet(gid, uid, address, port);
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
    return relay.speak(address, port, form, buf, at, length);
  }
}
