/**
 * Tells staff at sign-on what waits for them: complaints and accounts to
 * approve.
 *
 * @module
 */
import { APPROVER, waitingAccounts } from "../actions/applications.ts";
import { waitingComplaints } from "../actions/complaints.ts";
import { LEVEL, SYSTEM_UID } from "../domain/store.ts";
import { encodeText } from "../protocol/windows1252.ts";
import type { Context } from "./context.ts";
import { sendIm } from "./instant_messages.ts";

export function tellOfWaiting(ctx: Context): void {
  const { session, store } = ctx;
  const system = store.accounts.get(SYSTEM_UID);
  if (!session.isStaff || system === undefined) return;
  for (const text of [complaints(ctx), applications(ctx)]) {
    if (text !== null) sendIm(ctx, system, session, encodeText(text));
  }
}

function complaints({ store, session }: Context): string | null {
  const open = waitingComplaints(store, session)
    .filter(({ state }) => state === "open").length;
  if (open === 0) return null;
  const text = open === 1
    ? "1 complaint is open."
    : `${open} complaints are open.`;
  return `${text} Write /complaints to list them.`;
}

function applications({ store, session }: Context): string | null {
  if (session.level < LEVEL[APPROVER]) return null;
  const waiting = waitingAccounts(store).length;
  if (waiting === 0) return null;
  const text = waiting === 1
    ? "1 account waits for approval."
    : `${waiting} accounts wait for approval.`;
  return `${text} Write /applications to list them.`;
}
