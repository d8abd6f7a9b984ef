/**
 * The pal list, presence and blocks (docs/protocol.md, "Pals and presence").
 *
 * @module
 */
import type { Uid } from "../../domain/store.ts";
import { userInfo } from "../../protocol/packets/messages.ts";
import { palName } from "../../domain/pal_names.ts";
import {
  blockedBuddies,
  blockResult,
  buddyListFrames,
  STATUS,
  type Status,
  statusChange,
} from "../../protocol/packets/pals.ts";
import { blockFault, palFault } from "../../actions/relations.ts";
import type { Context } from "../context.ts";
import { blocksChanged } from "../relation_changed.ts";
import { asPal } from "../person.ts";
import { announcePresence, tellStatus } from "../presence.ts";

/** The lowest uid that the client accepts as a user's. */
const FIRST_UID = 2;

export function addPal(ctx: Context, { uid }: { uid: Uid }): void {
  const { session, store, world } = ctx;
  const account = store.accounts.get(uid);
  const fault = palFault(store, session.uid, uid, {
    count: session.pals.size,
    most: ctx.settings.limits.pals_per_user,
  });
  if (fault !== null || account === undefined) {
    ctx.refuse("ADD_PAL", fault ?? "There is no such user.");
    return;
  }
  const isNew = store.relations.addPal(session.uid, uid, ctx.now);
  world.addPal(session, uid);
  const listed = isNew
    ? undefined
    : store.relations.pals(session.uid).find((pal) => pal.uid === uid);
  ctx.reply(buddyListFrames([listed ?? asPal(account)]));
  tellStatus(ctx, session, uid);
}

/**
 * Gives a pal another name in the sender's list only. The client shows it by
 * itself, and receives it with the list at the next sign-on.
 */
export function customize(
  ctx: Context,
  { uid, name }: { uid: Uid; name: string },
): void {
  const display = palName(name);
  if (!ctx.store.relations.namePal(ctx.session.uid, uid, display)) {
    ctx.ignore("a name for somebody who is no pal", { about: uid });
  }
}

/** Sends no answer: the client has already removed the pal from its list. */
export function removePal(ctx: Context, { uid }: { uid: Uid }): void {
  ctx.store.relations.removePal(ctx.session.uid, uid);
  ctx.world.removePal(ctx.session, uid);
}

/**
 * Answers even for a uid that does not exist: the client holds back the first
 * message from a user it does not know until it has this answer.
 */
export function requestUser(ctx: Context, { uid }: { uid: Uid }): void {
  if (uid < FIRST_UID) {
    // The client would take such a user for staff, or for nobody.
    ctx.ignore("REQUEST_USER of an impossible uid", { about: uid });
    return;
  }
  if (!ctx.session.heldBack.asked(uid)) {
    ctx.ignore("REQUEST_USER for a message that is shown", { about: uid });
    return;
  }
  const account = ctx.store.accounts.get(uid);
  if (account === undefined) {
    ctx.reply(userInfo.frame({ uid, nickname: `User ${uid}` }));
    return;
  }
  ctx.session.known.add(uid);
  ctx.reply(userInfo.frame(asPal(account)));
  tellStatus(ctx, ctx.session, uid);
}

function setStatus(ctx: Context, status: Status): void {
  const { session } = ctx;
  session.status = status;
  // The user receives it too, because their own window shows the status that
  // the server knows.
  ctx.reply(statusChange.frame({ uid: session.uid, status }));
  announcePresence(ctx, session);
}

export function away(ctx: Context, { text }: { text: Uint8Array }): void {
  ctx.session.awayText = text.slice(0, ctx.settings.limits.message_bytes);
  ctx.session.awayTold.clear();
  setStatus(ctx, STATUS.away);
}

export function online(ctx: Context): void {
  ctx.session.awayText = new Uint8Array();
  setStatus(ctx, STATUS.online);
}

/**
 * Handles clients that send a status number; those that 5.0 cannot show become
 * "away".
 */
export function changeStatus(ctx: Context, packet: { status: number }): void {
  const known = Object.values(STATUS).find((s) => s === packet.status);
  if (known === STATUS.offline) {
    ctx.ignore("CHANGE_STATUS to offline");
    return;
  }
  setStatus(ctx, known ?? STATUS.away);
}

export function block(ctx: Context, { uid }: { uid: Uid }): void {
  const { session, store, world } = ctx;
  const problem = blockFault(store, session.uid, uid, session.blocks.size);
  if (problem !== null) {
    ctx.services.counters.refused("BLOCK_BUDDY");
    ctx.complain("block refused", { about: uid, reason: problem });
    // Opens the box "Block User Failed", so it is sent for failures only.
    ctx.reply(blockResult.frame({ uid, blocked: false, text: problem }));
    return;
  }
  store.relations.addBlock(session.uid, uid, ctx.now);
  world.addBlock(session, uid);
  if (session.dialect.confirmsBlocks) {
    ctx.reply(blockResult.frame({ uid, blocked: true, text: "Blocked." }));
  }
  blocksChanged(ctx, session, uid);
}

export function unblock(ctx: Context, { uid }: { uid: Uid }): void {
  const { session, store, world } = ctx;
  store.relations.removeBlock(session.uid, uid);
  world.removeBlock(session, uid);
  blocksChanged(ctx, session, uid);
}

export function getBlocked(ctx: Context): void {
  ctx.reply(
    blockedBuddies.frame(ctx.store.relations.blocks(ctx.session.uid)),
  );
}
