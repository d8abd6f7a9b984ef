/**
 * The state of the server that the front page shows.
 *
 * @module
 */
import type { Gid } from "../domain/store.ts";

export interface PublicRoom {
  readonly gid: Gid;
  readonly name: string;
  readonly voice: boolean;
  readonly rating: string;
  readonly locked: boolean;
  readonly people: number;
  /** A member is speaking in it. */
  readonly speaking: boolean;
}

export interface PublicCategory {
  readonly code: number;
  readonly name: string;
  readonly people: number;
  readonly rooms: readonly PublicRoom[];
}

export interface FrontSnapshot {
  readonly name: string;
  readonly welcome: string;
  readonly online: number;
  readonly rooms: number;
  /** Number of rooms in which a member is speaking. */
  readonly speaking: number;
  /** Categories that have rooms, in the client's order. */
  readonly categories: readonly PublicCategory[];
  /** Null unless the host lets visitors see the names of online users. */
  readonly names: readonly string[] | null;
}
