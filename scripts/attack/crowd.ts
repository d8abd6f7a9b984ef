/**
 * Normal users in rooms, and the delay of the lines that they exchange.
 *
 * @module
 */
import { SERVER_TYPES } from "../../lib/protocol/packet_types.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { Peer, u32 } from "../../tests/reliability/support/peer.ts";

export class Crowd {
  readonly #peers: Peer[] = [];
  readonly #rooms: number[] = [];
  #delays: number[] = [];
  #sent = 0;
  #expected = 0;

  /** Signs on all `uids` and lets them join the rooms in turn. */
  async gather(
    chat: string,
    uids: readonly number[],
    rooms: readonly number[],
  ) {
    for (const [n, uid] of uids.entries()) {
      const peer = await (await Peer.connect(chat)).signOn(uid);
      const gid = rooms[n % rooms.length]!;
      await peer.join(gid);
      peer.onFrame = ({ type, payload }) => {
        if (type === SERVER_TYPES.ROOM_MESSAGE_IN.type) this.#heard(payload);
        return true;
      };
      this.#peers.push(peer);
      this.#rooms.push(gid);
    }
  }

  #heard(payload: Uint8Array): void {
    const at = Number(
      /^at ([\d.]+)$/.exec(decodeText(payload.subarray(8)))?.[1],
    );
    if (at > 0) this.#delays.push(performance.now() - at);
  }

  /**
   * Makes the users talk for a while. Returns the sorted delays in
   * milliseconds.
   */
  async talk(
    ms: number,
    linesPerSecond: number,
  ): Promise<{ delays: number[]; lost: number }> {
    this.#delays = [];
    this.#expected = 0;
    const until = performance.now() + ms;
    const gap = 1000 / linesPerSecond;
    for (let due = performance.now(); due < until; due += gap) {
      await new Promise((go) =>
        setTimeout(go, Math.max(0, due - performance.now()))
      );
      const n = this.#sent++ % this.#peers.length;
      const gid = this.#rooms[n]!;
      this.#expected += this.#rooms.filter((room) => room === gid).length - 1;
      await this.#peers[n]!.send(
        "ROOM_MESSAGE_OUT",
        u32(gid),
        `at ${performance.now()}`,
      );
    }
    await new Promise((go) => setTimeout(go, 500));
    return {
      delays: this.#delays.toSorted((a, b) => a - b),
      lost: this.#expected - this.#delays.length,
    };
  }

  get gone(): number {
    return this.#peers.filter(({ closed }) => closed).length;
  }

  close(): void {
    for (const peer of this.#peers) peer.close();
  }
}
