/**
 * Checks a line before it goes to a room: slow mode and the word list.
 *
 * @module
 */
import { complaintLine, fileComplaint } from "../actions/complaints.ts";
import { TokenBucket } from "../net/rates.ts";
import type { Member, Room } from "../domain/room.ts";
import type { Found } from "../domain/word_filter.ts";
import type { Context } from "./context.ts";
import { plainText } from "./plain_text.ts";
import { tellStaff } from "./tell_staff.ts";

/** The rate of complaints by the word list about one session. */
const FLAGS = { perSecond: 1 / 600, burst: 1 };

/**
 * Returns a sentence for a member who must wait; undefined when they may write.
 */
export function slowFault(
  { steady, session }: Context,
  room: Room,
  member: Member,
): string | undefined {
  if (room.slowSeconds === 0 || member.admin) return undefined;
  const wait = room.slow.wait(session.uid, 1000 * room.slowSeconds, steady);
  if (wait === 0) return undefined;
  const seconds = Math.ceil(wait / 1000);
  return `This room is in slow mode: one line in ${room.slowSeconds} ` +
    `seconds. You can write again in ${seconds}.`;
}

/**
 * Returns the text as its readers may see it, or a sentence that says why not.
 * Without a room it is a private message.
 */
export function wordsChecked(
  ctx: Context,
  room: Room | null,
  text: Uint8Array,
): Uint8Array | string {
  const { session, world: { words } } = ctx;
  if (words.isEmpty || session.isStaff) return text;
  const { refused, flagged, text: after } = words.judge(text);
  if (refused !== undefined) {
    ctx.log.debug("line refused for a word", { ...ctx.who, room: room?.gid });
    return "Your line was not sent: it has a word that is not wanted here.";
  }
  if (flagged.length > 0) flag(ctx, room, text, flagged);
  return after;
}

function flag(
  ctx: Context,
  room: Room | null,
  text: Uint8Array,
  flagged: readonly Found[],
): void {
  const { session, steady } = ctx;
  session.flags ??= new TokenBucket(FLAGS);
  if (!session.flags.take(steady)) return;
  const words = flagged.map(({ word }) => word).join(", ");
  const actor = { name: "word list", uid: null, level: 0, address: null };
  const complaint = fileComplaint(
    { ...ctx.acting, actor },
    {
      about: session,
      room,
      text: `Flagged for "${words}": ${plainText(text)}`,
    },
    Infinity,
  );
  tellStaff(ctx, complaint, `Complaint ${complaintLine(complaint)}`);
}
