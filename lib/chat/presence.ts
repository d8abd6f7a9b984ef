/**
 * Telling people's pals how they are (docs/protocol.md, "Pals and presence").
 *
 * @module
 */
import { STATUS, statusChange } from "../protocol/packets/pals.ts";
import type { Session } from "../domain/session.ts";
import type { Uid } from "../domain/store.ts";
import type { Context } from "./context.ts";

/** Tells a user's status to their watchers; blocked users hear "offline". */
export function announcePresence(ctx: Context, session: Session): void {
  const { uid, status } = session;
  const shown = statusChange.frame({ uid, status });
  const hidden = statusChange.frame({ uid, status: STATUS.offline });
  for (const watcher of ctx.world.watchers(uid)) {
    if (watcher === session) continue;
    ctx.out.send(watcher, session.blocks.has(watcher.uid) ? hidden : shown);
  }
}

/** To be called after the user has left the world. */
export function announceAbsence(ctx: Context, uid: Uid): void {
  const frame = statusChange.frame({ uid, status: STATUS.offline });
  for (const watcher of ctx.world.watchers(uid)) {
    ctx.out.send(watcher, frame);
  }
}

/** One viewer hears of one person. */
export function tellStatus(ctx: Context, viewer: Session, uid: Uid): void {
  const status = ctx.world.statusOf(uid, viewer.uid);
  ctx.out.send(viewer, statusChange.frame({ uid, status }));
}
