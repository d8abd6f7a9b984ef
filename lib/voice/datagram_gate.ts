/**
 * Decides which datagrams are accepted. A datagram has no connection, only a
 * source address, which is easily forged. So a TCP link takes precedence, a
 * speaker keeps the port until a pause, and a hello adds a destination for
 * voice but removes none (docs/protocol.md, "Voice").
 *
 * @module
 */

import type { Gid, Uid } from "../domain/store.ts";
import { PREFIX_BYTES, speakerOf } from "../protocol/rtp.ts";
import type { DropReason } from "./counters.ts";
import type { VoiceRelay } from "./relay.ts";
import type { Form } from "./peer.ts";
import type { VoiceRoom } from "./room.ts";
import { isSameHost } from "../net/addresses.ts";
import type { VoiceRoster } from "./roster.ts";

/** Milliseconds for which a hello cannot move a peer that has been heard. */
const HELD_MS = 30_000;

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

  /** Handles a hello datagram; returns undefined when it was accepted. */
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
    // A TCP link proves its address; the source of a datagram is easily forged.
    if (room.links.has(uid)) return this.#relay.refused("transport");
    // A forged hello must not displace a peer that has been heard.
    if (this.#heardElsewhere(room, uid, port, HELD_MS)) {
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
   * Handles a voice datagram. `buf` holds the frame with its prefix at `at`;
   * `length` is N. Returns undefined when it was relayed.
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
    if (this.#heardElsewhere(room, uid, port, room.rule.pauseMs)) {
      return this.#relay.refused("port", room);
    }
    const now = this.#clock();
    // A hello from another port proves nothing, so it mutes nobody.
    const peer = room.peers.get(uid);
    if (peer?.known !== "assumed" && peer?.target.port === port) {
      peer.form = form;
    } else if (form === "prefixed") {
      // Not the real client, which never sends a prefix here: answer to where
      // the datagram came from.
      room.greeted(uid, address, port, "voice", now, form);
    }
    const voice = room.voice(uid);
    if (!voice.meter.take(now, length)) {
      return this.#relay.refused("rate", room);
    }
    if (this.#relay.admit(voice, buf, at + PREFIX_BYTES, length)) {
      voice.port = port;
      voice.portHeardAt = now;
      const run = buf.subarray(at, at + PREFIX_BYTES + length);
      this.#relay.deliver(voice, run, 1, form, false);
    }
    return undefined;
  }

  /**
   * Returns whether `uid` was heard from another port within `ms`. A speaker
   * keeps the port until a pause: until then the same uid from another port is
   * another user behind the same router, or a forged source address.
   */
  #heardElsewhere(
    room: VoiceRoom,
    uid: Uid,
    port: number,
    ms: number,
  ): boolean {
    const voice = room.voice(uid);
    return voice.port !== undefined && voice.port !== port &&
      this.#clock() - voice.portHeardAt < ms;
  }
}
