/**
 * Messages that came while somebody was away
 * (docs/protocol.md, "Messages"; docs/adr/0008-offline-delivery.md).
 *
 * @module
 */
import type { Session } from "../domain/session.ts";
import type { OfflineMessage } from "../domain/store.ts";
import { imIn } from "../protocol/packets/messages.ts";
import type { Context } from "./context.ts";

/**
 * A full mailbox is longer than the queue of a slow client may be: so much of
 * it is sent, and the next part when the client has taken this one.
 */
const PAGE_BYTES = 65_536;
const PAGE_MESSAGES = 100;

/**
 * Sends what waits, oldest first. Messages are deleted when their bytes are
 * with the operating system, not before: a crash may repeat, never lose. What
 * comes meanwhile queues behind them in the store.
 */
export function deliverWaiting(ctx: Context, session: Session): void {
  const page = nextPage(ctx, session);
  session.catchingUp = page.length > 0;
  for (const [at, { from, body }] of page.entries()) {
    const frame = imIn.frame({ from, text: body });
    session.heldBack.sent(from, session.known.has(from));
    if (at < page.length - 1) ctx.out.send(session, frame);
    else ctx.out.send(session, frame, () => delivered(ctx, session, page));
  }
}

/**
 * For when a connection has ended: messages whose bytes it never took wait for
 * the receiver's return, or go to where he has signed on meanwhile.
 */
export function keepUnwritten(ctx: Context, session: Session): void {
  if (session.onTheWay.size === 0) return;
  const lost: unknown[] = [];
  for (const message of session.onTheWay) {
    try {
      ctx.store.messages.add(message);
    } catch (error) {
      // Such as one whose sender's account is gone by now: the others' must
      // not be lost with it.
      lost.push(error);
    }
  }
  if (lost.length > 0) {
    ctx.log.error("messages could not be kept", {
      session: session.id,
      uid: session.uid,
      count: lost.length,
      error: String(lost[0]),
    });
  }
  session.onTheWay.clear();
  const again = ctx.world.online.get(session.uid);
  if (again !== undefined && !again.catchingUp) deliverWaiting(ctx, again);
}

function nextPage(ctx: Context, session: Session): OfflineMessage[] {
  const page: OfflineMessage[] = [];
  let bytes = 0;
  for (
    const message of ctx.store.messages.waiting(session.uid, PAGE_MESSAGES)
  ) {
    bytes += message.body.length;
    if (page.length > 0 && bytes > PAGE_BYTES) break;
    page.push(message);
  }
  return page;
}

function delivered(
  { services }: Context,
  session: Session,
  page: readonly OfflineMessage[],
): void {
  const { log, store } = services;
  const who = { session: session.id, uid: session.uid };
  try {
    store.messages.remove(page.map(({ id }) => id));
  } catch (error) {
    // Going on would send the same page again, for ever.
    session.catchingUp = false;
    log.error("delivered messages stay stored", {
      ...who,
      count: page.length,
      error: String(error),
    });
    return;
  }
  log.info("delivered waiting messages", { ...who, count: page.length });
  if (session.phase === "online") {
    services.act((ctx) => deliverWaiting(ctx, session));
  }
}
