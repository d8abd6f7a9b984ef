/**
 * E-mail addresses that were checked, and the links in mails, as types only.
 *
 * @module
 */
import type { Millis, Uid } from "../ids.ts";

/** Whether an address that a member gave was confirmed by its reader. */
export interface EmailCheck {
  readonly uid: Uid;
  readonly email: string;
  /** Null: not yet. */
  readonly confirmedAt: Millis | null;
}

export type EmailPurpose = "confirm" | "reset";

/** A link in a mail; only the hash of its token is kept. */
export interface EmailLink {
  readonly tokenHash: string;
  readonly uid: Uid;
  readonly purpose: EmailPurpose;
  /** The address it was sent to. */
  readonly email: string;
  /** That of the account then: a new password ends the link. */
  readonly passwordHash: string;
  readonly madeAt: Millis;
  readonly expiresAt: Millis;
}

export interface Emails {
  /** Undefined: the host gave the address, or nobody ever changed it. */
  check(uid: Uid): EmailCheck | undefined;
  setCheck(check: EmailCheck): void;
  addLink(link: EmailLink): void;
  link(tokenHash: string, now: Millis): EmailLink | undefined;
  links(uid: Uid, purpose: EmailPurpose): EmailLink[];
  removeLinks(uid: Uid, purpose: EmailPurpose): void;
}
