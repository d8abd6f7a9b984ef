/**
 * The end of a session: leaves its rooms, tells pals, and tells the client why
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
 * Removes a session from the world; a second call does nothing. A client that
 * signed off is gone; one that did not was lost, and its room may wait for it.
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
 * The three ways to tell a client that its session has ended (docs/protocol.md,
 * "System"):
 *
 * - `sign-on`: shows the sentence, then the sign-on window; for nearly everything.
 * - `close`: shows the sentence, then the program signs off and exits; for a
 *   server that stops, because a client that finds none forgets its address.
 * - `exit`: shows the sentence, then the program exits; only on request.
 *
 * A client whose connection is just closed signs on again by itself, endlessly.
 */
export const FAREWELLS = {
  "sign-on": (sentence: string) => refusal("LOGIN", sentence),
  close: (text: string) => serverError.frame({ text }),
  exit: (text: string) => maintenanceKick.frame({ text }),
} as const satisfies Record<Farewell, (sentence: string) => Uint8Array>;

/** Ends a session in a way that its client understands. */
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
