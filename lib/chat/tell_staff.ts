/**
 * Tells staff who are online about a complaint.
 *
 * @module
 */
import type { StaffLine } from "../actions/applications.ts";
import { mayHandle } from "../actions/complaints.ts";
import type { Complaint } from "../domain/moderation.ts";
import type { Session } from "../domain/session.ts";
import { SYSTEM_UID } from "../domain/store.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { contactFault } from "./contact.ts";
import type { Context } from "./context.ts";
import { sendIm } from "./instant_messages.ts";

/**
 * Returns a function that sends messages from the system user to users online.
 */
export function staffLine(ctx: Context): StaffLine {
  const { world, store } = ctx;
  return {
    sessions: () =>
      [...world.online.values()]
        .map(({ uid, account }) => ({ uid, role: account.role })),
    message(uid, text) {
      const session = world.online.get(uid);
      const system = store.accounts.get(SYSTEM_UID);
      if (session === undefined || system === undefined) return;
      sendIm(ctx, system, session, encodeText(text));
    },
  };
}

/**
 * Sends `text` to the staff who may read the complaint and whom `others` names,
 * never to the user it is about. It counts as a message from a user: blocks and
 * privacy apply.
 */
export function tellStaff(
  ctx: Context,
  complaint: Complaint,
  text: string,
  others: (session: Session) => boolean = () => false,
): void {
  const { session, world, store } = ctx;
  const system = store.accounts.get(SYSTEM_UID);
  if (system === undefined) return;
  const line = encodeText(text);
  for (const other of world.online.values()) {
    if (other === session || other.uid === complaint.about) continue;
    const concerned = other.isStaff
      ? mayHandle(store, other, complaint)
      : others(other);
    if (!concerned) continue;
    if (contactFault(ctx, other.account, "text") !== undefined) continue;
    sendIm(ctx, system, other, line);
  }
}
