/**
 * May one person reach another? Every packet that disturbs somebody asks here
 * (docs/protocol.md, "Search and profile").
 *
 * @module
 */
import { muteSentence } from "../actions/mutes.ts";
import type { Session } from "../domain/session.ts";
import { type Account, LEVEL, type Uid } from "../domain/store.ts";
import type { Context } from "./context.ts";

/** Kinds of contact: what is written, and what opens a line. */
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

/** `blocked` must look as if nobody were there. */
export type ContactFault = "blocked" | "pals-only";

/** Why `from` may not reach `to` in this way; undefined when allowed. */
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
  // Who the pals of somebody offline are is asked only when it matters.
  if (privacyAllows(to.privacy, contact, false)) return undefined;
  const isPal = online === undefined
    ? ctx.store.relations.watchers(from).includes(to.uid)
    : online.pals.has(from);
  return privacyAllows(to.privacy, contact, isPal) ? undefined : "pals-only";
}

/**
 * Why a muted user may not reach somebody; undefined when allowed. Staff can
 * be written to, so that the user can ask what happened.
 */
export function muteFault(
  { mute }: Session,
  to: Account,
): string | undefined {
  return mute === undefined || LEVEL[to.role] > 0
    ? undefined
    : muteSentence(mute);
}

/** What the sender of something refused for privacy reads. */
export function palsOnly(nickname: string, contact: Contact): string {
  return contact === "text"
    ? `${nickname} takes messages from pals only.`
    : `${nickname} accepts this from pals only.`;
}
