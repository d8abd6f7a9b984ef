/**
 * What the relay counts, and the shape in which it tells.
 *
 * @module
 */

import type { Gid, Uid } from "../domain/store.ts";
import type { FrameFault } from "../protocol/rtp.ts";

/**
 * Why a frame went nowhere:
 *
 * - `length`, `version`, `payload-type`, `payload`: no frame for a client
 * - `identity`: the trailer is not theirs, or the SSRC names another member
 * - `mic`: no mic, or a red dot
 * - `floor`: somebody else is speaking
 * - `rate`: more bytes per second than one talker may send
 * - `lag`: the listener did not keep up, oldest first
 * - `stranger`: a datagram from an address with no such member
 * - `transport`: a datagram for a member who is linked by TCP
 * - `port`: a datagram from another port than the one they are heard from
 * - `own`: a datagram from, or to, this very socket
 * - `form`: a datagram that is neither hello nor voice
 */
export type DropReason =
  | FrameFault
  | "identity"
  | "mic"
  | "floor"
  | "rate"
  | "lag"
  | "stranger"
  | "transport"
  | "port"
  | "own"
  | "form";

/** Frames dropped, by reason. */
export type Drops = Record<DropReason, number>;

export function noDrops(): Drops {
  return {
    "length": 0,
    "version": 0,
    "payload-type": 0,
    "payload": 0,
    "identity": 0,
    "mic": 0,
    "floor": 0,
    "rate": 0,
    "lag": 0,
    "stranger": 0,
    "transport": 0,
    "port": 0,
    "own": 0,
    "form": 0,
  };
}

/** What one listener was given. */
export interface Traffic {
  /** Frames handed to their socket. */
  out: number;
  /** Frames dropped because they lagged. */
  dropped: number;
  /** Most frames that ever waited for them. */
  worstQueue: number;
}

export function noTraffic(): Traffic {
  return { out: 0, dropped: 0, worstQueue: 0 };
}

export interface ListenerStats extends Traffic {
  readonly uid: Uid;
  readonly transport: "tcp" | "udp";
}

export interface TalkerStats {
  readonly uid: Uid;
  /** Frames that came from them, heard or not. */
  readonly in: number;
  /** Interarrival jitter as RFC 3550 estimates it, in milliseconds. */
  readonly jitterMs: number;
}

export interface RoomStats {
  readonly gid: Gid;
  readonly speaking: Uid[];
  readonly in: number;
  readonly out: number;
  readonly dropped: Drops;
  readonly worstQueue: number;
  readonly listeners: ListenerStats[];
  readonly talkers: TalkerStats[];
}

export interface RelayStats {
  /** Frames received, and frames handed to sockets. */
  readonly in: number;
  readonly out: number;
  readonly dropped: Drops;
  /** TCP voice links, and members reached by UDP. */
  readonly links: number;
  readonly peers: number;
  /** People being heard now. */
  readonly speaking: number;
  readonly worstQueue: number;
  readonly rooms: RoomStats[];
}

/** What is summed over rooms, also over those that are gone. */
export interface Totals {
  in: number;
  out: number;
  readonly dropped: Drops;
}

export function noTotals(): Totals {
  return { in: 0, out: 0, dropped: noDrops() };
}

export function addTotals(to: Totals, from: Totals): void {
  to.in += from.in;
  to.out += from.out;
  for (const reason of Object.keys(to.dropped) as DropReason[]) {
    to.dropped[reason] += from.dropped[reason];
  }
}

/** `past` is what belongs to no room that still exists. */
export function relayStats(past: Totals, rooms: RoomStats[]): RelayStats {
  const totals = noTotals();
  addTotals(totals, past);
  for (const room of rooms) addTotals(totals, room);
  const listeners = rooms.flatMap((room) => room.listeners);
  const links = listeners.filter(({ transport }) => transport === "tcp").length;
  return {
    ...totals,
    links,
    peers: listeners.length - links,
    speaking: rooms.reduce((sum, room) => sum + room.speaking.length, 0),
    worstQueue: rooms.reduce(
      (most, { worstQueue }) => Math.max(most, worstQueue),
      0,
    ),
    rooms,
  };
}
