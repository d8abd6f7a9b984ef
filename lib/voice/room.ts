/**
 * One voice room as the relay sees it: who is linked how, who holds the floor,
 * and for each speaker the list of listeners, rebuilt only after a change.
 *
 * @module
 */

import { Floor, type FloorRule } from "../domain/floor.ts";
import type { Gid, Uid } from "../domain/store.ts";
import {
  RTP_HEADER_BYTES,
  sequenceOf,
  timestampOf,
  TRAILER_BYTES,
} from "../protocol/rtp.ts";
import {
  noDrops,
  noTraffic,
  type RoomStats,
  type Traffic,
} from "./counters.ts";
import { speechRate, type VoiceLimits } from "./limits.ts";
import { TokenBucket } from "../net/rates.ts";
import { isSameHost } from "../net/addresses.ts";
import {
  ArrivalMeter,
  noQuality,
  soundMs,
  type VoiceQuality,
} from "./quality.ts";
import type { Datagrams, Form, Peer } from "./peer.ts";
import type { VoiceMember, VoiceOwner, VoiceRoster } from "./roster.ts";

/** A TCP voice link, as the relay sees it. */
export interface Link {
  readonly address: string;
  /** Set when a ticket proves whose link it is. */
  readonly owner?: VoiceOwner | undefined;
  readonly traffic: Traffic;
  /**
   * Sends `frames` whole frames with prefixes; nobody changes `run` afterwards.
   * Returns the number of older frames dropped to make room.
   */
  send(run: Uint8Array, frames: number): number;
  /** Accepts a hello that had to wait. */
  accept(voice: Voice): void;
  /** Rejects the hello: the link ends. */
  refuse(gid: Gid, uid: Uid): void;
  /** Closes the link after the frame that is being written. */
  end(why: string): void;
}

/** A link that receives long packets split into short ones. */
export interface Narrow {
  readonly link: Link;
  readonly mostFrames: number;
}

/**
 * Bytes per second to a member who has not asked for voice; speech is 1,900.
 */
const UNASKED = { perSecond: 4000, burst: 8000 };
/** The shortest time, in milliseconds, between two changes of a peer's port. */
const MOVE_MS = 1000;

export interface VoiceRoomOptions {
  readonly gid: Gid;
  readonly roster: VoiceRoster;
  readonly datagrams: Datagrams | undefined;
  /** The port on which a client in UDP mode listens. */
  readonly clientUdpPort: number;
  readonly limits: Pick<VoiceLimits, "bytesPerSecond">;
}

/** A member as a speaker, with the listeners. */
export class Voice {
  version = -1;
  allowed = false;
  links: Link[] = [];
  /** Listeners whose clients read fewer GSM frames from one packet. */
  narrow: Narrow[] = [];
  peers: Peer[] = [];
  in = 0;
  readonly arrivals = new ArrivalMeter();
  /** The source port of the last datagram that was heard, and its time. */
  port: number | undefined;
  portHeardAt = -Infinity;
  readonly meter: TokenBucket;

  constructor(
    readonly room: VoiceRoom,
    readonly uid: Uid,
    limits: Pick<VoiceLimits, "bytesPerSecond">,
  ) {
    this.meter = new TokenBucket(speechRate(limits));
  }

  /** Notes the arrival of a frame from this speaker, relayed or not. */
  arrived(buf: Uint8Array, at: number, now: number): void {
    const { quality } = this.room;
    const sequence = sequenceOf(buf, at);
    this.arrivals.arrived(sequence, timestampOf(buf, at), now, quality);
  }
}

export class VoiceRoom {
  readonly gid: Gid;
  readonly floor: Floor;
  readonly links = new Map<Uid, Link>();
  readonly peers = new Map<Uid, Peer>();
  /** The real client's port, for members that have announced another one. */
  readonly #assumed = new Map<Uid, Peer>();
  /** For each member being heard, when the last frame was relayed. */
  readonly speaking = new Map<Uid, number>();
  readonly dropped = noDrops();
  in = 0;
  out = 0;
  readonly quality = noQuality();
  /** Payload bytes that were relayed. */
  #heardBytes = 0;
  /** What {@linkcode VoiceRoom.takeQuality} has returned already. */
  readonly #told = { out: 0, lag: 0 };
  rule: FloorRule;
  #version = 0;
  readonly #voices = new Map<Uid, Voice>();
  readonly #options: VoiceRoomOptions;

  constructor(options: VoiceRoomOptions) {
    const { gid, roster } = options;
    this.gid = gid;
    this.#options = options;
    this.floor = new Floor((uid) => roster.goesFirst(gid, uid));
    this.rule = roster.floor(gid);
  }

  /** Discards all cached lists of who hears whom. */
  changed(): void {
    this.#version++;
    this.rule = this.#options.roster.floor(this.gid);
  }

  /**
   * Returns `uid` as a speaker. The list of listeners is made when the member
   * speaks, so a hello costs no more in a full room than in an empty one.
   */
  voice(uid: Uid): Voice {
    let voice = this.#voices.get(uid);
    if (voice === undefined) {
      voice = new Voice(this, uid, this.#options.limits);
      this.#voices.set(uid, voice);
    }
    return voice;
  }

  refresh(voice: Voice): void {
    if (voice.version === this.#version) return;
    voice.version = this.#version;
    const { roster } = this.#options;
    voice.allowed = roster.maySpeak(this.gid, voice.uid);
    voice.links.length = 0;
    voice.narrow.length = 0;
    voice.peers.length = 0;
    // Several members behind one address share one listener at the client's
    // port: a frame sent once for each of them would be played that many times.
    const reached = new Set<string>();
    for (const member of roster.members(this.gid)) {
      if (member.uid === voice.uid) continue;
      if (!roster.hears(this.gid, member.uid, voice.uid)) continue;
      const link = this.links.get(member.uid);
      const { mostFrames } = member;
      if (link !== undefined && mostFrames !== undefined) {
        voice.narrow.push({ link, mostFrames });
      } else if (link !== undefined) {
        voice.links.push(link);
      } else {
        for (const peer of this.#peersOf(member)) {
          const { hostname, port } = peer.target;
          if (reached.has(`${hostname} ${port}`)) continue;
          reached.add(`${hostname} ${port}`);
          voice.peers.push(peer);
        }
      }
    }
  }

  /**
   * Notes that `uid` is at that port and wants voice there. Returns false when
   * the member changed ports a moment ago, because every change rebuilds all
   * lists.
   */
  greeted(
    uid: Uid,
    address: string,
    port: number,
    known: "hello" | "voice",
    now: number,
    form?: Form,
  ): boolean {
    const before = this.peers.get(uid);
    const target = { transport: "udp", hostname: address, port } as const;
    if (before?.known === known && before.target.hostname === address) {
      if (before.target.port === port) return true;
      if (now - before.since < MOVE_MS) return false;
    }
    const traffic = before?.traffic ?? noTraffic();
    if (before?.target.port === port) form ??= before.form;
    this.peers.set(uid, { uid, known, target, form, since: now, traffic });
    this.changed();
    return true;
  }

  /** Forgets `uid`; returns true when nobody is left. */
  forget(uid: Uid): boolean {
    this.links.delete(uid);
    this.peers.delete(uid);
    this.#assumed.delete(uid);
    this.#voices.delete(uid);
    this.speaking.delete(uid);
    this.floor.release(uid);
    this.#version++;
    return this.links.size === 0 && this.#voices.size === 0 &&
      this.peers.size === 0;
  }

  /** Counts a frame of `length` bytes that is relayed. */
  heard(length: number): void {
    this.#heardBytes += length - RTP_HEADER_BYTES - TRAILER_BYTES;
  }

  /** Returns the counts since the last call; undefined when nothing arrived. */
  takeQuality(): VoiceQuality | undefined {
    const { received } = this.quality;
    const sent = this.out - this.#told.out;
    const dropped = this.dropped.lag - this.#told.lag;
    if (received === 0 && sent === 0 && dropped === 0) return undefined;
    const heardMs = soundMs(this.#heardBytes);
    const taken = { ...this.quality, heardMs, sent, dropped };
    Object.assign(this.quality, noQuality());
    this.#heardBytes = 0;
    this.#told.out = this.out;
    this.#told.lag = this.dropped.lag;
    return taken;
  }

  stats(): RoomStats {
    const listeners: RoomStats["listeners"] = [];
    let worstQueue = 0;
    for (const [uid, { traffic }] of this.links) {
      listeners.push({ uid, transport: "tcp", ...traffic });
      worstQueue = Math.max(worstQueue, traffic.worstQueue);
    }
    for (const [uid, { traffic }] of this.peers) {
      listeners.push({ uid, transport: "udp", ...traffic });
    }
    return {
      gid: this.gid,
      speaking: [...this.speaking.keys()],
      in: this.in,
      out: this.out,
      dropped: { ...this.dropped },
      worstQueue,
      listeners,
      talkers: [...this.#voices.values()].filter((voice) => voice.in > 0)
        .map((voice) => ({
          uid: voice.uid,
          in: voice.in,
          jitterMs: Math.round(voice.arrivals.jitterMs * 10) / 10,
        })),
    };
  }

  /**
   * Returns where a member without a TCP link is reached. A hello does not
   * prove a return path, so until the member leaves, voice also goes to the
   * port on which the real client listens in UDP mode: a forged hello makes
   * nobody deaf.
   */
  #peersOf(member: VoiceMember): Peer[] {
    const { uid, address } = member;
    const claimed = this.peers.get(uid);
    if (claimed !== undefined && claimed.known !== "assumed") {
      if (isSameHost(address, claimed.target.hostname)) {
        const assumed = this.#assumed.get(uid) ?? this.#assume(member);
        if (assumed === undefined) return [claimed];
        this.#assumed.set(uid, assumed);
        return [claimed, assumed];
      }
      this.peers.delete(uid);
    }
    const peer = this.peers.get(uid) ?? this.#assume(member);
    if (peer === undefined) return [];
    this.peers.set(uid, peer);
    return [peer];
  }

  #assume({ uid, address }: VoiceMember): Peer | undefined {
    const { clientUdpPort, datagrams, roster } = this.#options;
    if (address === undefined || !isIPv4(address)) return undefined;
    if (!datagrams?.reaches(address, clientUdpPort)) return undefined;
    return {
      uid,
      known: "assumed",
      target: {
        transport: "udp",
        hostname: address,
        port: clientUdpPort,
      },
      from: roster.voiceAddresses?.(uid) ?? [],
      form: "bare",
      since: 0,
      meter: new TokenBucket(UNASKED),
      traffic: noTraffic(),
    };
  }
}

function isIPv4(address: string): boolean {
  return !address.includes(":");
}
