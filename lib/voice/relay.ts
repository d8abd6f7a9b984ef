/**
 * The relay itself: decides who hears whom, and passes frames on. It knows
 * neither sockets nor a clock of its own; tcp_edge.ts and udp_edge.ts bring the
 * bytes. See docs/protocol.md, "Voice".
 *
 * @module
 */

import { FLOOR_MODES } from "../domain/floor_modes.ts";
import type { Gid, Uid } from "../domain/store.ts";
import { splitGsm } from "../protocol/rtp_split.ts";
import { PREFIX_BYTES, speakerOf, ssrcOf, u32 } from "../protocol/rtp.ts";
import {
  addTotals,
  type DropReason,
  noTotals,
  type RelayStats,
  relayStats,
} from "./counters.ts";
import { EarlyHellos } from "./early_hellos.ts";
import type { VoiceLimits } from "./limits.ts";
import { LostLinks } from "./lost_links.ts";
import type { Datagrams, Form, Peer } from "./peer.ts";
import { type Link, type Voice, VoiceRoom } from "./room.ts";
import { isSameHost } from "../net/addresses.ts";
import { addQuality, type VoiceQuality } from "./quality.ts";
import type { VoiceControl, VoiceMember, VoiceRoster } from "./roster.ts";

export interface RelayOptions {
  readonly roster: VoiceRoster;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
  readonly clientUdpPort: number;
  readonly limits: Pick<VoiceLimits, "bytesPerSecond">;
}

export class VoiceRelay implements VoiceControl {
  /** Set once the datagram socket is bound; undefined without UDP. */
  datagrams: Datagrams | undefined;
  /** A hello that had to wait displaces no other link. */
  readonly early = new EarlyHellos((gid, uid, link) =>
    this.#rooms.get(gid)?.links.has(uid)
      ? undefined
      : this.attach(gid, uid, link)
  );
  readonly #options: RelayOptions;
  readonly #roster: VoiceRoster;
  readonly #clock: () => number;
  readonly #rooms = new Map<Gid, VoiceRoom>();
  readonly #lost = new LostLinks();
  /** Totals of closed rooms, and of traffic outside rooms. */
  readonly #past = noTotals();
  /** Counts of rooms that have closed, until they are taken. */
  #quality = new Map<Gid, VoiceQuality>();

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#roster = options.roster;
    this.#clock = options.clock;
  }

  // ---- from the chat side ----

  joined(gid: Gid, uid: Uid): void {
    this.#lost.forget(gid, uid);
    this.#rooms.get(gid)?.changed();
    this.early.joined(gid, uid);
  }

  policyChanged(gid: Gid): void {
    const room = this.#rooms.get(gid);
    if (room === undefined) return;
    room.changed();
    for (const uid of room.speaking.keys()) {
      if (!this.#roster.maySpeak(gid, uid)) this.#silence(room, uid);
    }
  }

  left(gid: Gid, uid: Uid): void {
    this.#lost.forget(gid, uid);
    const room = this.#rooms.get(gid);
    if (room === undefined) return;
    this.#silence(room, uid);
    const link = room.links.get(uid);
    if (room.forget(uid)) this.#discard(room);
    link?.end("left the room");
  }

  roomClosed(gid: Gid): void {
    this.#lost.forgetRoom(gid);
    const room = this.#rooms.get(gid);
    if (room === undefined) return;
    this.#discard(room);
    for (const link of room.links.values()) link.end("room closed");
    room.links.clear();
  }

  signedOff(uid: Uid): void {
    for (const room of this.#rooms.values()) this.left(room.gid, uid);
  }

  // ---- from the TCP edge ----

  /**
   * Handles the hello of a TCP link that claims to be `uid` in `gid`. Returns
   * the speaker, or undefined when no such member is at that address. An older
   * link of the same member ends, unless the member is being heard on it: a
   * neighbor behind the same router must not be able to cut them off and speak
   * on.
   */
  attach(gid: Gid, uid: Uid, link: Link): Voice | undefined {
    const member = this.#roster.member(gid, uid);
    if (member === undefined || !ownsLink(member, link)) return undefined;
    const room = this.roomAt(gid);
    const older = room.links.get(uid);
    // A repeated hello changes nothing: a flood of them must not rebuild the
    // lists of a full room for each eight bytes.
    if (older === link) return room.voice(uid);
    if (
      older !== undefined && room.speaking.has(uid) && link.owner === undefined
    ) return undefined;
    room.links.set(uid, link);
    room.peers.delete(uid);
    room.changed();
    this.#lost.linked(gid, uid, this.#clock());
    older?.end("replaced by a newer connection");
    const voice = room.voice(uid);
    voice.port = undefined;
    return voice;
  }

  /** The connection was lost; not called for links that the relay ended. */
  detach(voice: Voice, link: Link): void {
    const { room, uid } = voice;
    if (room.links.get(uid) !== link) return;
    room.links.delete(uid);
    room.changed();
    this.#lost.lost(room.gid, uid, this.#clock());
  }

  /** The same connection moves to another room, so nothing was lost. */
  release(voice: Voice, link: Link): void {
    if (voice.room.links.get(voice.uid) !== link) return;
    this.#lost.forget(voice.room.gid, voice.uid);
    this.#silence(voice.room, voice.uid);
    if (voice.room.forget(voice.uid)) this.#discard(voice.room);
  }

  /**
   * Returns whether the frame of `length` bytes with its RTP header at `at` may
   * be heard. Counts it in both cases.
   */
  admit(voice: Voice, buf: Uint8Array, at: number, length: number): boolean {
    const { room, uid } = voice;
    const now = this.#clock();
    room.in++;
    voice.in++;
    if (speakerOf(buf, at, length) !== uid || this.#poses(voice, buf, at)) {
      room.dropped.identity++;
      return false;
    }
    room.refresh(voice);
    // Counts rejected frames too: a gap would look like loss.
    voice.arrived(buf, at, now);
    if (!voice.allowed) {
      room.dropped.mic++;
      return false;
    }
    const rank = FLOOR_MODES[room.rule.mode].usesHands
      ? this.#roster.handRank(room.gid, uid)
      : 0;
    if (!room.floor.claim(uid, now, room.rule, rank)) {
      room.dropped.floor++;
      return false;
    }
    room.heard(length);
    const news = !room.speaking.has(uid);
    room.speaking.set(uid, now);
    if (news) this.#roster.onTalk(room.gid, uid, true);
    return true;
  }

  /**
   * Passes a run of whole frames, prefixes included, to everybody who hears the
   * speaker. `lasting` means that these bytes will not be changed again.
   */
  deliver(
    voice: Voice,
    run: Uint8Array,
    frames: number,
    form: Form,
    lasting: boolean,
  ): void {
    const { room, links, narrow, peers } = voice;
    room.refresh(voice);
    for (const { link, mostFrames } of narrow) {
      const short = splitGsm(run, mostFrames);
      const late = link.send(short.run, short.frames);
      room.out += short.frames - late;
      room.dropped.lag += late;
    }
    if (links.length > 0) {
      const bytes = lasting ? run : run.slice();
      for (const link of links) {
        const late = link.send(bytes, frames);
        room.out += frames - late;
        room.dropped.lag += late;
      }
    }
    if (peers.length > 0 && this.datagrams !== undefined) {
      for (let at = 0; at < run.length;) {
        const end = at + PREFIX_BYTES + u32(run, at);
        const prefixed = run.subarray(at, end);
        const bare = run.subarray(at + PREFIX_BYTES, end);
        for (const peer of peers) {
          if (!this.#affords(peer, bare.length)) continue;
          room.out++;
          const wanted = peer.form ?? form;
          this.datagrams.send(wanted === "bare" ? bare : prefixed, peer);
        }
        at = end;
      }
    }
  }

  /**
   * Returns false, and counts the drop, when the member would get more than was
   * asked for.
   */
  #affords(peer: Peer, bytes: number): boolean {
    if (peer.meter === undefined) return true;
    if (peer.meter.take(this.#clock(), bytes)) return true;
    peer.traffic.dropped++;
    return false;
  }

  // ---- from both edges ----

  /** Counts a frame or datagram that was refused, in its room if it has one. */
  refused(reason: DropReason, room?: VoiceRoom): DropReason {
    (room ?? this.#past).dropped[reason]++;
    return reason;
  }

  // ---- time and numbers ----

  /** Must be called a few times per second. */
  tick(): void {
    const now = this.#clock();
    for (const room of this.#rooms.values()) {
      for (const [uid, heardAt] of room.speaking) {
        if (now - heardAt >= room.rule.pauseMs) this.#silence(room, uid);
      }
    }
    this.early.tick(now);
    for (const { gid, uid } of this.#lost.due(now)) {
      if (this.#roster.member(gid, uid) === undefined) continue;
      this.#roster.onLinkLost(gid, uid);
    }
  }

  /** Returns each room's voice quality since the last call. */
  takeQuality(): ReadonlyMap<Gid, VoiceQuality> {
    const taken = this.#quality;
    this.#quality = new Map();
    for (const room of this.#rooms.values()) addOf(taken, room);
    return taken;
  }

  stats(): RelayStats {
    return relayStats(
      this.#past,
      [...this.#rooms.values()].map((room) => room.stats()),
    );
  }

  /** Created at the first request. */
  roomAt(gid: Gid): VoiceRoom {
    let room = this.#rooms.get(gid);
    if (room === undefined) {
      room = new VoiceRoom({
        ...this.#options,
        gid,
        datagrams: this.datagrams,
      });
      this.#rooms.set(gid, room);
    }
    return room;
  }

  /**
   * Returns whether the SSRC is another member's. The client takes the speaker
   * from the trailer and ignores the SSRC, which RTP allows to be random; but
   * Gaim goes by it, so it must not name another member of the room.
   */
  #poses({ room, uid }: Voice, buf: Uint8Array, at: number): boolean {
    const ssrc = ssrcOf(buf, at);
    return ssrc !== uid && this.#roster.member(room.gid, ssrc) !== undefined;
  }

  #discard(room: VoiceRoom): void {
    if (!this.#rooms.delete(room.gid)) return;
    addTotals(this.#past, room);
    addOf(this.#quality, room);
  }

  #silence(room: VoiceRoom, uid: Uid): void {
    room.floor.release(uid);
    if (room.speaking.delete(uid)) this.#roster.onTalk(room.gid, uid, false);
  }
}

function addOf(to: Map<Gid, VoiceQuality>, room: VoiceRoom): void {
  const taken = room.takeQuality();
  if (taken === undefined) return;
  const before = to.get(room.gid);
  if (before === undefined) to.set(room.gid, taken);
  else addQuality(before, taken);
}

/** A ticket proves whose link it is; without one the addresses must match. */
function ownsLink(member: VoiceMember, { owner, address }: Link): boolean {
  return owner === undefined
    ? isSameHost(member.address, address)
    : owner.uid === member.uid && owner.session === member.session;
}
