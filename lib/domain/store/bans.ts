/**
 * Bans from the server as the store keeps them.
 *
 * @module
 */
import type { Millis, Uid } from "../ids.ts";

export type BanKind = "account" | "address" | "network";
export interface Ban {
  readonly id: number;
  readonly kind: BanKind;
  /** A uid in decimal, an address, or a network in CIDR form. */
  readonly target: string;
  readonly reason: string;
  readonly by: string;
  /** Null for the command line. */
  readonly byUid: Uid | null;
  /** The level of the person who gave it, at that time. */
  readonly rank: number;
  readonly at: Millis;
  /** Null: permanent. */
  readonly until: Millis | null;
}

/** Without `byUid` and `rank` it is a ban by the host. */
export type NewBan =
  & Omit<Ban, "id" | "byUid" | "rank">
  & Partial<Pick<Ban, "byUid" | "rank">>;

export interface Bans {
  /** Differs after every change of the list. */
  readonly revision: number;
  /** A second ban of the same target replaces the first. */
  add(ban: NewBan): Ban;
  /** Those in force at `now`. */
  list(now: Millis): Ban[];
  find(kind: BanKind, target: string, now: Millis): Ban | undefined;
  remove(kind: BanKind, target: string): boolean;
}
