/**
 * Invitations and links for a new password as the store keeps them.
 *
 * @module
 */
import type { Gid, Millis, Uid } from "../ids.ts";

export interface InviteCode {
  readonly code: string;
  readonly usesLeft: number;
  readonly createdBy: string;
  readonly createdAt: Millis;
  readonly expiresAt: Millis | null;
  /** Part of a link, which counts while registration is closed, too. */
  readonly link: boolean;
  /** Where people who use it are led; null: nowhere in particular. */
  readonly room: Gid | null;
}

export interface InviteCodes {
  /** A plain code that leads nowhere unless it says otherwise. */
  add(
    code:
      & Omit<InviteCode, "link" | "room">
      & Partial<Pick<InviteCode, "link" | "room">>,
  ): void;
  list(now: Millis): InviteCode[];
  /** Undefined when unknown, used up or expired. */
  find(code: string, now: Millis): InviteCode | undefined;
  /** Takes one use; false when unknown, used up or expired. */
  redeem(code: string, now: Millis): boolean;
  remove(code: string): boolean;
}

/** A link for a new password; only the hash of its token is kept. */
export interface PasswordReset {
  readonly uid: Uid;
  readonly tokenHash: string;
  /** That of the account when the link was made: a changed one ends it. */
  readonly passwordHash: string;
  readonly expiresAt: Millis;
}

export interface PasswordResets {
  /** Takes the place of the account's earlier one. */
  add(reset: PasswordReset): void;
  find(tokenHash: string, now: Millis): PasswordReset | undefined;
  remove(uid: Uid): boolean;
}

/** "Future users" of packet -200. */
export interface EmailInvite {
  readonly from: Uid;
  readonly email: string;
  readonly at: Millis;
}

export interface EmailInvites {
  add(invite: EmailInvite): void;
  list(from: Uid): EmailInvite[];
}
