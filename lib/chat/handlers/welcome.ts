/**
 * The end of a sign-on: everything that the client needs, in the order in which
 * it needs it (docs/protocol.md, "Sign-on").
 *
 * @module
 */
import { type Account, type Category } from "../../domain/store.ts";
import { inClientOrder } from "../../domain/category_order.ts";
import type { World } from "../../domain/world.ts";
import { concat } from "../../protocol/bytes.ts";
import { categoryList } from "../../protocol/packets/lists.ts";
import {
  blockedBuddies,
  buddyListFrames,
  STATUS,
  statusChange,
} from "../../protocol/packets/pals.ts";
import {
  accepted,
  loginComplete,
  loginReply,
  type UserData,
  userData,
} from "../../protocol/packets/signon.ts";
import { adRotation, SELDOM_SECONDS } from "../../protocol/packets/system.ts";
import type { Context } from "../context.ts";
import { announcePresence, tellStatus } from "../presence.ts";
import { endSession } from "../departure.ts";
import { deliverWaiting } from "../mailbox.ts";
import { muteChanged } from "../mutes.ts";
import { tellOfWaiting } from "../waiting_for_staff.ts";

const ELSEWHERE = "You have signed on from another place.";

/**
 * Category frames, identical for all clients and built once until the host
 * changes the categories.
 */
const categoryFrames = new WeakMap<readonly Category[], Uint8Array>();

function categoriesOf({ categories }: World): Uint8Array {
  let frame = categoryFrames.get(categories);
  if (frame === undefined) {
    frame = categoryList.frame(inClientOrder(categories));
    categoryFrames.set(categories, frame);
  }
  return frame;
}

/**
 * Returns the `ph=` value. "N" covers the pal list with a dialog at every start
 * until the user answers it.
 */
function hintState(ctx: Context, { hint }: Account): UserData["ph"] {
  if (!ctx.settings.auth.ask_hint) return "0";
  return hint === "" ? "N" : "Y";
}

/** Without these, the client fetches advertisements again and again. */
const SELDOM_ADVERTISEMENTS = concat(
  ["C", "G"].map((where) =>
    adRotation.frame({ seconds: SELDOM_SECONDS, where })
  ),
);

/**
 * Sends everything that a client needs after sign-on, in the order in which it
 * needs it.
 */
export function welcome(ctx: Context, account: Account): void {
  const { session, store, world } = ctx;
  const { uid } = account;
  const earlier = world.online.get(uid);
  if (earlier !== undefined) endSession(ctx, earlier, ELSEWHERE, "replaced");

  const pals = store.relations.pals(uid);
  const blocks = store.relations.blocks(uid);
  session.account = account;
  world.signOn(session, pals, blocks);
  store.accounts.seen(uid, ctx.now, session.address);
  store.accounts.signedOnFrom(uid, ctx.now, session.address);
  ctx.services.counters.signOns++;
  ctx.log.info("signed on", {
    ...ctx.who,
    version: session.clientVersion,
    client: session.dialect.client,
  });
  ctx.services.signOnStep(session, "online");

  // Comes first, as other descriptions of the protocol say; 5.0 discards it
  // like LOGIN_NOT_COMPLETE (docs/protocol.md, "Sign-on").
  ctx.reply(loginReply.frame({ uid, success: 1 }));
  ctx.reply(userData.frame({
    ...account,
    admin: session.level,
    sup: session.level >= 2 ? session.level : 0,
    ph: hintState(ctx, account),
  }));
  ctx.reply(accepted("LOGIN"));
  ctx.reply(buddyListFrames(pals));
  ctx.reply(blockedBuddies.frame(blocks));
  // Offline pals too: after a reconnect the client still shows each pal's
  // earlier status.
  for (const pal of pals) tellStatus(ctx, session, pal.uid);
  if (session.dialect.wantsOwnStatus) {
    ctx.reply(statusChange.frame({ uid, status: STATUS.online }));
  }
  ctx.reply(SELDOM_ADVERTISEMENTS);
  ctx.reply(loginComplete.frame({}));
  ctx.reply(categoriesOf(world));
  deliverWaiting(ctx, session);
  announcePresence(ctx, session);
  tellOfWaiting(ctx);
  muteChanged(ctx, session);
}
