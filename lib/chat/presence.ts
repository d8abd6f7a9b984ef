/**
 * Tells pals about a user's status (docs/protocol.md, "Pals and presence").
 *
 * @module
 */
import { STATUS, statusChange } from "../protocol/packets/pals.ts";
import type { Session } from "../domain/session.ts";
import type { Uid } from "../domain/store.ts";
import type { Context } from "./context.ts";

/** Sends a user's status to their watchers; blocked users see "offline". */
export function announcePresence(ctx: Context, session: Session): void {
  const { uid, status } = session;
  const shown = statusChange.frame({ uid, status });
  const hidden = statusChange.frame({ uid, status: STATUS.offline });
  for (const watcher of ctx.world.watchers(uid)) {
    if (watcher === session) continue;
    ctx.out.send(watcher, session.blocks.has(watcher.uid) ? hidden : shown);
  }
}

/** Must be called after the user has left the world. */
export function announceAbsence(ctx: Context, uid: Uid): void {
  const frame = statusChange.frame({ uid, status: STATUS.offline });
  for (const watcher of ctx.world.watchers(uid)) {
    ctx.out.send(watcher, frame);
  }
}

/** Sends one user's status to one viewer. */
export function tellStatus(ctx: Context, viewer: Session, uid: Uid): void {
  const status = ctx.world.statusOf(uid, viewer.uid);
  ctx.out.send(viewer, statusChange.frame({ uid, status }));
}
