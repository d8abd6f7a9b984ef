/**
 * Who is heard and reached by datagrams. There is no connection to go by, only
 * where a datagram comes from: a TCP link counts for more, and what somebody
 * is heard from counts until he pauses (docs/protocol.md, "Voice").
 *
 * @module
 */

import type { Gid, Uid } from "../domain/store.ts";
import { PREFIX_BYTES, speakerOf } from "../protocol/rtp.ts";
import type { DropReason } from "./counters.ts";
import type { VoiceRelay } from "./relay.ts";
import type { Form, VoiceRoom } from "./room.ts";
import { isSameHost } from "../net/addresses.ts";
import type { VoiceRoster } from "./roster.ts";

export class DatagramGate {
  readonly #relay: VoiceRelay;
  readonly #roster: VoiceRoster;
  /** Milliseconds of a steady clock. */
  readonly #clock: () => number;

  constructor(relay: VoiceRelay, roster: VoiceRoster, clock: () => number) {
    this.#relay = relay;
    this.#roster = roster;
    this.#clock = clock;
  }

  /** A hello datagram: undefined when it was taken. */
  greet(
    gid: Gid,
    uid: Uid,
    address: string,
    port: number,
    local?: string,
  ): DropReason | undefined {
    const member = this.#roster.member(gid, uid);
    if (!isSameHost(member?.address, address)) {
      return this.#relay.refused("stranger");
    }
    const room = this.#relay.roomAt(gid);
    // A TCP link proves its address; a datagram's source is easily forged.
    if (room.links.has(uid)) return this.#relay.refused("transport");
    if (this.#speaksElsewhere(room, uid, port)) {
      return this.#relay.refused("port", room);
    }
    const taken = room.greeted(uid, address, port, "hello", this.#clock());
    const peer = room.peers.get(uid);
    if (taken && peer !== undefined) {
      peer.from = local === undefined
        ? this.#roster.voiceAddresses?.(uid) ?? []
        : [local];
    }
    return taken ? undefined : this.#relay.refused("rate", room);
  }

  /**
   * A voice datagram. `buf` holds the frame with its prefix at `at`; `length`
   * is N. Undefined when it was relayed.
   */
  speak(
    address: string,
    port: number,
    form: Form,
    buf: Uint8Array,
    at: number,
    length: number,
  ): DropReason | undefined {
    const uid = speakerOf(buf, at + PREFIX_BYTES, length);
    const gid = this.#roster.voiceRoomOf(uid);
    if (gid === undefined) return this.#relay.refused("stranger");
    const member = this.#roster.member(gid, uid);
    if (!isSameHost(member?.address, address)) {
      return this.#relay.refused("stranger");
    }
    const room = this.#relay.roomAt(gid);
    if (room.links.has(uid)) return this.#relay.refused("transport", room);
    if (this.#speaksElsewhere(room, uid, port)) {
      return this.#relay.refused("port", room);
    }
    const now = this.#clock();
    const peer = room.peers.get(uid);
    if (peer?.known === "hello" && peer.target.port !== port) {
      return this.#relay.refused("port", room);
    }
    if (peer?.known !== "assumed" && peer?.target.port === port) {
      peer.form = form;
    } else if (form === "prefixed") {
      // Not the real client, which never sends a prefix here: answer him
      // where he is.
      room.greeted(uid, address, port, "voice", now, form);
    }
    const voice = room.voice(uid);
    if (voice.meter.level(now) < length) {
      return this.#relay.refused("rate", room);
    }
    voice.meter.spend(length, now);
    if (this.#relay.admit(voice, buf, at + PREFIX_BYTES, length)) {
      voice.port = port;
      const run = buf.subarray(at, at + PREFIX_BYTES + length);
      this.#relay.deliver(voice, run, 1, form, false);
    }
    return undefined;
  }

  /**
   * Who is being heard by datagrams stays at his port until he has paused: his
   * number from another one is a neighbour's doing, behind the same router.
   */
  #speaksElsewhere(room: VoiceRoom, uid: Uid, port: number): boolean {
    const heardAt = room.speaking.get(uid);
    if (heardAt === undefined) return false;
    if (this.#clock() - heardAt >= room.rule.pauseMs) return false;
    const spokenFrom = room.voice(uid).port;
    return spokenFrom !== undefined && spokenFrom !== port;
  }
}
