/**
 * One voice room as the relay keeps it: who is linked how, who holds the
 * floor, and for each speaker the list of those who hear them, rebuilt only
 * when something changed.
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
import type { VoiceLimits } from "./limits.ts";
import { Meter, speechMeter } from "../domain/meter.ts";
import { isSameHost } from "../net/addresses.ts";
import {
  ArrivalMeter,
  noQuality,
  soundMs,
  type VoiceQuality,
} from "./quality.ts";
import type { VoiceMember, VoiceOwner, VoiceRoster } from "./roster.ts";

/** A TCP voice link, as the relay sees it. */
export interface Link {
  readonly address: string;
  /** Set when a ticket proves whose link it is. */
  readonly owner?: VoiceOwner | undefined;
  readonly traffic: Traffic;
  /**
   * `run` is `frames` whole frames with prefixes; nobody changes it again.
   * Gives the number of older frames dropped to make room.
   */
  send(run: Uint8Array, frames: number): number;
  /** Their hello, which had to wait, is accepted. */
  accept(voice: Voice): void;
  /** Their hello is not accepted: the link ends. */
  refuse(gid: Gid, uid: Uid): void;
  /** Closes the link when what is being written is whole. */
  end(why: string): void;
}

/** A link that gets long packets in several short ones. */
export interface Narrow {
  readonly link: Link;
  readonly mostFrames: number;
}

/** How a datagram carries its frame: with the length in front, or without. */
export type Form = "bare" | "prefixed";

/** Somebody who is reached by datagrams. */
export interface Peer {
  readonly uid: Uid;
  /**
   * How it is known that they listen there: they said so, they spoke from there
   * with a prefix, or it is the port of the real client, which says nothing.
   */
  readonly known: "hello" | "voice" | "assumed";
  readonly target: {
    readonly transport: "udp";
    readonly hostname: string;
    readonly port: number;
  };
  /** Addresses of this machine that datagrams should come from, best first. */
  from?: readonly string[];
  /** The form they speak in, once they have spoken. */
  form: Form | undefined;
  /** Since when they are there. */
  readonly since: number;
  /**
   * The rate towards a member who has never opened voice: theirs may be a
   * client in UDP mode, which listens without a word, or none at all.
   */
  readonly meter?: Meter;
  readonly traffic: Traffic;
}

/** The datagram socket, as the relay sees it. */
export interface Datagrams {
  /** False for our own socket, and for what UDP mode cannot reach. */
  reaches(address: string, port: number): boolean;
  /** `bytes` must not change before the send is done. */
  send(bytes: Uint8Array, peer: Peer): void;
}

/** Bytes per second to a member who has not asked; speech is 1,900. */
const UNASKED_BYTES = 4000;
/** Milliseconds between two ports of one who is reached by datagrams. */
const MOVE_MS = 1000;

export interface VoiceRoomOptions {
  readonly gid: Gid;
  readonly roster: VoiceRoster;
  readonly datagrams: Datagrams | undefined;
  /** Port on which a client in UDP mode listens. */
  readonly clientUdpPort: number;
  readonly limits: Pick<VoiceLimits, "bytesPerSecond">;
}

/** One member as a speaker, with those who hear them. */
export class Voice {
  version = -1;
  allowed = false;
  links: Link[] = [];
  /** Listeners whose clients read fewer GSM frames from one packet. */
  narrow: Narrow[] = [];
  peers: Peer[] = [];
  in = 0;
  readonly arrivals = new ArrivalMeter();
  /** The port from which the last datagram that was heard came, and when. */
  port: number | undefined;
  portHeardAt = -Infinity;
  readonly meter: Meter;

  constructor(
    readonly room: VoiceRoom,
    readonly uid: Uid,
    limits: Pick<VoiceLimits, "bytesPerSecond">,
  ) {
    this.meter = speechMeter(limits);
  }

  /** Notes when a frame of theirs came, heard or not. */
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
  /** The real client's port of members that have claimed another one. */
  readonly #assumed = new Map<Uid, Peer>();
  /** When each of those who are being heard was last heard. */
  readonly speaking = new Map<Uid, number>();
  readonly dropped = noDrops();
  in = 0;
  out = 0;
  readonly quality = noQuality();
  /** Of payload that was handed on. */
  #heardBytes = 0;
  /** What {@linkcode VoiceRoom.takeQuality} has told already. */
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

  /** Everything cached about who hears whom is stale. */
  changed(): void {
    this.#version++;
    this.rule = this.#options.roster.floor(this.gid);
  }

  /**
   * `uid` as a speaker. The list of their listeners is made when they speak, not
   * here: a hello costs no more in a full room than in an empty one.
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
    // Several behind one address have one listener at the client's port: a
    // frame sent there for each of them would be played as often.
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
   * `uid` is at that port, and wants what is said there. False when they were at
   * another one a moment ago: every move rebuilds all lists.
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

  /** Forgets `uid`; true when nobody is left. */
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

  /** A frame of `length` bytes is handed on. */
  heard(length: number): void {
    this.#heardBytes += length - RTP_HEADER_BYTES - TRAILER_BYTES;
  }

  /** What was counted since the last call; undefined: nothing came. */
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
   * Where a member without a TCP link is reached. A hello proves no return
   * path: until the member leaves, the port at which the real client listens
   * in UDP mode is served as well, so a forged hello makes nobody deaf.
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
      meter: new Meter(() => UNASKED_BYTES, () => 2 * UNASKED_BYTES),
      traffic: noTraffic(),
    };
  }
}

function isIPv4(address: string): boolean {
  return !address.includes(":");
}
