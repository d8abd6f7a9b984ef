/**
 * How a session ends: out of its rooms, off its pals' lists, told why
 * (docs/protocol.md, "System").
 *
 * @module
 */
import type { Session } from "../domain/session.ts";
import { refusal } from "../protocol/packets/signon.ts";
import type { Context } from "./context.ts";
import { leaveRoom } from "./membership.ts";
import { announceAbsence } from "./presence.ts";

/**
 * Takes a session out of the world; does nothing the second time. Who said
 * goodbye is gone; who did not was lost, and may come back for his room.
 */
export function depart(ctx: Context, session: Session): void {
  if (session.phase === "gone") return;
  const wasOnline = session.phase === "online";
  for (const room of [...session.rooms]) {
    leaveRoom(ctx, room, session, session.saidGoodbye ? "gone" : "lost");
  }
  if (!wasOnline) {
    session.phase = "gone";
    return;
  }
  ctx.world.signOff(session);
  if (ctx.world.online.has(session.uid)) return;
  ctx.store.accounts.seen(session.uid, ctx.now, session.address);
  announceAbsence(ctx, session.uid);
}

/**
 * Ends a session the way its client understands: FEEDBACK to LOGIN shows the
 * sentence and the sign-on window. A mere close would make it sign on again
 * by itself, for ever.
 */
export function endSession(
  ctx: Context,
  session: Session,
  sentence: string,
  reason: string,
): void {
  ctx.out.send(session, refusal("LOGIN", sentence));
  depart(ctx, session);
  ctx.out.close(session, reason);
}
