/**
 * A member's call for an admin: a complaint, and a message to those who can
 * act on it (docs/protocol.md, "Moderation").
 *
 * @module
 */
import { Refused } from "../../actions/acting.ts";
import { fileComplaint, mayHandle } from "../../actions/complaints.ts";
import { TokenBucket } from "../../domain/limits.ts";
import type { Complaint } from "../../domain/moderation.ts";
import type { Room } from "../../domain/room.ts";
import { type Gid, SYSTEM_UID, type Uid } from "../../domain/store.ts";
import { encodeText } from "../../protocol/windows1252.ts";
import { contactFault } from "../contact.ts";
import type { Context } from "../context.ts";
import { sendIm } from "../instant_messages.ts";
import { plainText } from "../plain_text.ts";
import { memberOf } from "./access.ts";

/** Calls for an admin that one person can make: three, then one in 20 s. */
const ALERTS_PER_SECOND = 1 / 20;
const ALERTS_AT_ONCE = 3;

export function alertAdmin(
  ctx: Context,
  { gid, uid, reason }: { gid: Gid; uid: Uid; reason: string },
): void {
  const { session, store, settings: { moderation } } = ctx;
  const found = memberOf(ctx, gid, "ALERT_ADMIN");
  if (found === undefined) return;
  session.alerts ??= new TokenBucket(
    ALERTS_PER_SECOND,
    ALERTS_AT_ONCE,
    ctx.steady,
  );
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
  // Without the sender's words: those are for the staff, and the audit log.
  ctx.log.warn("admins alerted", { ...ctx.who, room: gid, about: uid });
  tellAdmins(ctx, room, complaint);
}

/**
 * Reaches the staff who are online and the room's admins, never the person it
 * is about. It is a message by somebody all the same: blocks and privacy count.
 */
function tellAdmins(ctx: Context, room: Room, complaint: Complaint): void {
  const { session, world, store } = ctx;
  const system = store.accounts.get(SYSTEM_UID);
  if (system === undefined) return;
  const about = complaint.aboutName && ` about ${complaint.aboutName}`;
  const line = encodeText(
    `${session.nickname} calls for an admin in ${room.name}${about}: ` +
      complaint.text,
  );
  for (const other of world.online.values()) {
    if (other === session || other.uid === complaint.about) continue;
    const concerned = other.isStaff
      ? mayHandle(store, other, complaint)
      : room.members.get(other.uid)?.admin === true;
    if (!concerned) continue;
    if (contactFault(ctx, other.account, "text") !== undefined) continue;
    sendIm(ctx, system, other, line);
  }
}
