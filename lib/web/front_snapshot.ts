/**
 * What the front page shows of the server at one moment.
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
  /** Somebody is being heard in it. */
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
  /** Rooms in which somebody is being heard. */
  readonly speaking: number;
  /** Those that have rooms, in the client's order. */
  readonly categories: readonly PublicCategory[];
  /** Null unless the host lets visitors see who is online. */
  readonly names: readonly string[] | null;
}
