/**
 * What staff who were away are told when they sign on.
 *
 * @module
 */
import { waitingComplaints } from "../actions/complaints.ts";
import { SYSTEM_UID } from "../domain/store.ts";
import { encodeText } from "../protocol/windows1252.ts";
import type { Context } from "./context.ts";
import { sendIm } from "./instant_messages.ts";

export function tellOfComplaints(ctx: Context): void {
  const { session, store } = ctx;
  if (!session.isStaff) return;
  const open = waitingComplaints(store, session)
    .filter(({ state }) => state === "open").length;
  const system = store.accounts.get(SYSTEM_UID);
  if (open === 0 || system === undefined) return;
  const text = open === 1
    ? "1 complaint is open."
    : `${open} complaints are open.`;
  sendIm(
    ctx,
    system,
    session,
    encodeText(`${text} Write /complaints to list them.`),
  );
}
