/**
 * Decides whether one user may contact another. Every packet that disturbs a
 * user asks here (docs/protocol.md, "Search and profile").
 *
 * @module
 */
import { muteSentence } from "../actions/mutes.ts";
import type { Session } from "../domain/session.ts";
import { type Account, LEVEL, type Uid } from "../domain/store.ts";
import type { Context } from "./context.ts";

/** Kinds of contact: messages, and what opens a connection. */
export type Contact = "text" | "invitation" | "random" | "file" | "call";

/**
 * The client's privacy menu. A: everyone. T: "Calls from Pals Only, Text Chat
 * from Anyone". P: pals only.
 */
export function privacyAllows(
  privacy: Account["privacy"],
  contact: Contact,
  isPal: boolean,
): boolean {
  if (isPal || privacy === "A") return true;
  return privacy === "T" && contact !== "call" && contact !== "file";
}

/** `blocked` must look to the sender as if nobody were there. */
export type ContactFault = "blocked" | "pals-only";

/**
 * Returns why `from` may not contact `to` in this way; undefined when allowed.
 */
export function contactFault(
  ctx: Context,
  to: Account,
  contact: Contact,
  from: Uid = ctx.session.uid,
): ContactFault | undefined {
  const online = ctx.world.online.get(to.uid);
  const blocked = online === undefined
    ? ctx.store.relations.blockedBy(from).includes(to.uid)
    : online.blocks.has(from);
  if (blocked) return "blocked";
  // Avoids the query for an offline user's pals when it makes no difference.
  if (privacyAllows(to.privacy, contact, false)) return undefined;
  const isPal = online === undefined
    ? ctx.store.relations.watchers(from).includes(to.uid)
    : online.pals.has(from);
  return privacyAllows(to.privacy, contact, isPal) ? undefined : "pals-only";
}

/**
 * Returns why a muted user may not contact another; undefined when allowed.
 * Staff can be contacted, so that the user can ask about the mute.
 */
export function muteFault(
  { mute }: Session,
  to: Account,
): string | undefined {
  return mute === undefined || LEVEL[to.role] > 0
    ? undefined
    : muteSentence(mute);
}

/** Returns the sentence for a sender who was refused for privacy. */
export function palsOnly(nickname: string, contact: Contact): string {
  return contact === "text"
    ? `${nickname} takes messages from pals only.`
    : `${nickname} accepts this from pals only.`;
}
