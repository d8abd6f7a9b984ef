/**
 * How a session ends: out of its rooms, off its pals' lists, told why
 * (docs/protocol.md, "System").
 *
 * @module
 */
import type { Session } from "../domain/session.ts";
import { refusal } from "../protocol/packets/signon.ts";
import { maintenanceKick, serverError } from "../protocol/packets/system.ts";
import type { Farewell } from "../ops/live.ts";
import type { Context } from "./context.ts";
import { leaveRoom } from "./membership.ts";
import { announceAbsence } from "./presence.ts";

/**
 * Takes a session out of the world; does nothing the second time. Who said
 * goodbye is gone; a client that did not was lost, and may come back for its room.
 */
export function depart(ctx: Context, session: Session): void {
  if (session.phase === "gone") return;
  const wasOnline = session.phase === "online";
  if (session.saidGoodbye) ctx.world.expected?.gone(session.uid);
  for (const room of ctx.world.roomsOf(session)) {
    leaveRoom(ctx, room, session, session.saidGoodbye ? "gone" : "lost");
  }
  if (!wasOnline) {
    session.phase = "gone";
    return;
  }
  ctx.world.signOff(session);
  ctx.store.pastSessions.add({
    uid: session.uid,
    beganAt: Math.min(session.connectedAt, ctx.now),
    endedAt: ctx.now,
    address: session.address,
  });
  if (ctx.world.online.has(session.uid)) return;
  ctx.store.accounts.seen(session.uid, ctx.now, session.address);
  announceAbsence(ctx, session.uid);
}

/**
 * The three ways to tell a client that it is over
 * (docs/protocol.md, "System"):
 *
 * - `sign-on`: the sentence, then the sign-on window; for nearly everything.
 * - `close`: the sentence, then the program signs off and ends; for a server
 *   that goes, because a client that finds none loses the server's address.
 * - `exit`: the sentence, then the program ends without a word; when asked for.
 *
 * A mere close would make it sign on again by itself, endlessly.
 */
export const FAREWELLS = {
  "sign-on": (sentence: string) => refusal("LOGIN", sentence),
  close: (text: string) => serverError.frame({ text }),
  exit: (text: string) => maintenanceKick.frame({ text }),
} as const satisfies Record<Farewell, (sentence: string) => Uint8Array>;

/** Ends a session the way its client understands. */
export function endSession(
  ctx: Context,
  session: Session,
  sentence: string,
  reason: string,
  farewell: Farewell = "sign-on",
): void {
  ctx.out.send(session, FAREWELLS[farewell](sentence));
  depart(ctx, session);
  ctx.out.close(session, reason);
}
