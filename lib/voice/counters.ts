/**
 * What the relay counts, and the form in which it reports it.
 *
 * @module
 */

import type { Gid, Uid } from "../domain/store.ts";
import type { FrameFault } from "../protocol/rtp.ts";

/**
 * Why a frame was not relayed:
 *
 * - `length`, `version`, `payload-type`, `payload`: not a frame for a client
 * - `identity`: the trailer is not the sender's, or the SSRC another member's
 * - `mic`: no microphone, or a red dot
 * - `floor`: another member is speaking
 * - `rate`: more bytes per second than one speaker may send
 * - `lag`: the listener did not keep up, oldest first
 * - `stranger`: a datagram from an address with no such member
 * - `transport`: a datagram for a member who is linked by TCP
 * - `port`: a datagram from a port other than the one the member is heard from
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

/** Dropped frames by reason. */
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

/** What was sent to one listener. */
export interface Traffic {
  /** Frames written to the listener's socket. */
  out: number;
  /** Frames dropped because the listener lagged. */
  dropped: number;
  /** The longest queue of frames that the listener ever had. */
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
  /** Frames received from the member, relayed or not. */
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
  /** Frames received, and frames written to sockets. */
  readonly in: number;
  readonly out: number;
  readonly dropped: Drops;
  /** TCP voice links, and members reached by UDP. */
  readonly links: number;
  readonly peers: number;
  /** Members who are being heard now. */
  readonly speaking: number;
  readonly worstQueue: number;
  readonly rooms: RoomStats[];
}

/** Totals over all rooms, including those that have closed. */
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

/** Sums up the rooms and `past`: what belongs to no room that still exists. */
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
