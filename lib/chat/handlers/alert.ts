/**
 * A member's call for an admin: stores a complaint and sends a message to those
 * who can act on it (docs/protocol.md, "Moderation").
 *
 * @module
 */
import { Refused } from "../../actions/acting.ts";
import { fileComplaint } from "../../actions/complaints.ts";
import { TokenBucket } from "../../net/rates.ts";
import type { Complaint } from "../../domain/moderation.ts";
import type { Room } from "../../domain/room.ts";
import type { Gid, Uid } from "../../domain/store.ts";
import type { Context } from "../context.ts";
import { plainText } from "../plain_text.ts";
import { tellStaff } from "../tell_staff.ts";
import { memberOf } from "./access.ts";

/**
 * Rate of calls for an admin by one user: a burst of three, then one per 20 s.
 */
const ALERTS = { perSecond: 1 / 20, burst: 3 };

export function alertAdmin(
  ctx: Context,
  { gid, uid, reason }: { gid: Gid; uid: Uid; reason: string },
): void {
  const { session, store, settings: { moderation } } = ctx;
  const found = memberOf(ctx, gid, "ALERT_ADMIN");
  if (found === undefined) return;
  session.alerts ??= new TokenBucket(ALERTS);
  if (!session.alerts.take(ctx.steady)) {
    ctx.refuse(
      "ALERT_ADMIN",
      "You have called an admin. Please wait a little.",
    );
    return;
  }
  const { room } = found;
  const about = uid === 0 ? undefined : store.accounts.get(uid);
  const lines = room.recent.last(moderation.room_lines)
    .map(({ text, ...line }) => ({ ...line, text: plainText(text) }));
  let complaint: Complaint;
  try {
    complaint = fileComplaint(
      ctx.acting,
      { about: about ?? null, room, text: reason, lines },
      moderation.complaints_per_day,
    );
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    ctx.refuse("ALERT_ADMIN", error.message);
    return;
  }
  // Omits the sender's words, which only staff and the audit log may see.
  ctx.log.warn("admins alerted", { ...ctx.who, room: gid, about: uid });
  tellAdmins(ctx, room, complaint);
}

function tellAdmins(ctx: Context, room: Room, complaint: Complaint): void {
  const about = complaint.aboutName && ` about ${complaint.aboutName}`;
  tellStaff(
    ctx,
    complaint,
    `${ctx.session.nickname} calls for an admin in ${room.name}${about}: ` +
      complaint.text,
    ({ uid }) => room.members.get(uid)?.admin === true,
  );
}
