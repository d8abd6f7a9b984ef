/**
 * Shows a client what its user has changed in their lists elsewhere.
 *
 * @module
 */
import type { Session } from "../domain/session.ts";
import type { Uid } from "../domain/store.ts";
import {
  blockedBuddies,
  buddyListFrames,
  STATUS,
  statusChange,
} from "../protocol/packets/pals.ts";
import { videoBlockChanged } from "./cameras.ts";
import type { Context } from "./context.ts";
import { tellStatus } from "./presence.ts";

/** Reads from the store what `session` has to do with `other` now. */
export function relationChanged(
  ctx: Context,
  session: Session,
  other: Uid,
): void {
  const { store, world } = ctx;
  const pal = store.relations.pals(session.uid)
    .find(({ uid }) => uid === other);
  if (pal !== undefined) {
    world.addPal(session, other);
    ctx.out.send(session, buddyListFrames([pal]));
    tellStatus(ctx, session, other);
  } else if (session.pals.has(other)) {
    world.removePal(session, other);
    // The client's list only grows until its next sign-on.
    ctx.out.send(
      session,
      statusChange.frame({ uid: other, status: STATUS.offline }),
    );
  }
  const blocks = store.relations.blocks(session.uid);
  const isBlocked = blocks.some(({ uid }) => uid === other);
  if (isBlocked === session.blocks.has(other)) return;
  if (isBlocked) world.addBlock(session, other);
  else world.removeBlock(session, other);
  ctx.out.send(session, blockedBuddies.frame(blocks));
  blocksChanged(ctx, session, other);
}

/** The blocked user sees them leave (or return), and voice must know. */
export function blocksChanged(
  ctx: Context,
  session: Session,
  uid: Uid,
): void {
  const other = ctx.world.online.get(uid);
  if (other?.pals.has(session.uid)) tellStatus(ctx, other, session.uid);
  if (other !== undefined) videoBlockChanged(ctx, session, other);
  for (const room of ctx.world.roomsOf(session)) {
    if (room.isVoice) ctx.out.voice({ what: "policy", gid: room.gid });
  }
}
