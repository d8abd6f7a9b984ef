/**
 * Messages that arrived while a user was offline (docs/protocol.md, "Messages";
 * docs/adr/0008-offline-delivery.md).
 *
 * @module
 */
import type { Receipt } from "../domain/effects.ts";
import type { Session } from "../domain/session.ts";
import type { OfflineMessage } from "../domain/store.ts";
import type { Context, Services } from "./context.ts";
import { sendIm } from "./instant_messages.ts";
import { withSentOn } from "./sent_on.ts";

/**
 * A full mailbox is longer than a slow client's queue may be, so it is sent in
 * parts: the next one when the client has taken this one.
 */
const PAGE_BYTES = 65_536;
const PAGE_MESSAGES = 100;

/**
 * Sends the stored messages, oldest first. Messages are deleted when the
 * operating system has their bytes, not before: a crash may repeat them but
 * never loses them. New messages queue behind them in the store.
 */
export function deliverWaiting(ctx: Context, session: Session): void {
  const page = nextPage(ctx, session);
  session.catchingUp = page.length > 0;
  for (const [at, { from, body }] of page.entries()) {
    const sender = ctx.store.accounts.get(from);
    const last = at === page.length - 1;
    const receipt: Receipt | undefined = last
      ? { what: "mailbox page", page }
      : undefined;
    // Sent as 0014, a stranger's message would open a dark window.
    if (sender !== undefined) sendIm(ctx, sender, session, body, receipt);
    else if (last) mailboxPageSent(ctx.services, session, page);
  }
}

/**
 * Handles direct messages that may not have reached an ended session: sends
 * them to the user's new session, or stores them. Those that the client may
 * have received already carry their date.
 */
export function keepUnarrived(ctx: Context, session: Session): void {
  const { settings: { messages } } = ctx;
  const { inFlight, ending } = session;
  if (inFlight.size === 0) return;
  const unarrived = inFlight.lost(
    ending,
    ctx.steady,
    1000 * messages.redeliver_seconds,
  );
  const failures: unknown[] = [];
  for (const { message, again } of unarrived) {
    const body = again ? withSentOn(message.body, message.at) : message.body;
    try {
      ctx.store.messages.add({ ...message, body });
    } catch (error) {
      // The sender's account may be gone: keep the other messages.
      failures.push(error);
    }
  }
  const who = { session: session.id, uid: session.uid };
  const again = unarrived.filter((one) => one.again).length;
  if (again > 0) {
    ctx.log.info("messages will be delivered again", { ...who, count: again });
  }
  if (failures.length > 0) {
    ctx.log.error("messages could not be kept", {
      ...who,
      count: failures.length,
      error: String(failures[0]),
    });
  }
  if (ctx.world.handingOver) return;
  const now = ctx.world.online.get(session.uid);
  if (now !== undefined && !now.catchingUp) deliverWaiting(ctx, now);
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

/**
 * The operating system has a page of the mailbox: deletes it and sends the
 * next.
 */
export function mailboxPageSent(
  services: Services,
  session: Session,
  page: readonly OfflineMessage[],
): void {
  const { log, store } = services;
  const who = { session: session.id, uid: session.uid };
  for (const message of page) {
    session.inFlight.written(message, services.steady());
  }
  try {
    store.messages.remove(page.map(({ id }) => id));
  } catch (error) {
    // Continuing would send the same page again, endlessly.
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
