/**
 * The types of user numbers, room numbers and times.
 *
 * @module
 */

/** A user's number: 1000001 is the system user, and accounts follow. */
export type Uid = number;
/** A room's number, 1..65535 (docs/protocol.md, "Rooms"). */
export type Gid = number;
/** Milliseconds since the epoch. */
export type Millis = number;

/** The system user "Paltalk", who takes commands. */
export const SYSTEM_UID: Uid = 1000001;
/** The client's voice code ignores speakers with a larger number. */
export const MAX_UID: Uid = 50_000_000;
/** Means everybody in packets that name a uid. */
export const EVERYBODY: Uid = 0xffffffff;
