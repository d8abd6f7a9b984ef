/**
 * Numbers of users and rooms, and times.
 *
 * @module
 */

/** A user's number: 1000001 is the system user, people follow upward. */
export type Uid = number;
/** A room's number, 1..65535 (docs/protocol.md, "Rooms"). */
export type Gid = number;
/** Milliseconds since the epoch. */
export type Millis = number;

/** The system user "Paltalk", who takes commands. */
export const SYSTEM_UID: Uid = 1000001;
/** The client's voice code drops a speaker above this. */
export const MAX_UID: Uid = 50_000_000;
/** "Everybody" in packets that name a uid. */
export const EVERYBODY: Uid = 0xffffffff;
