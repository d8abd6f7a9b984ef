/**
 * Messages between the profiles of pals (docs/protocol.md, "Messages").
 *
 * @module
 */
import { findable } from "../../actions/applications.ts";
import type { Session } from "../../domain/session.ts";
import { SYSTEM_UID } from "../../domain/store.ts";
import {
  MAX_PROFILE_TEXT,
  type ProfileMessage,
  profileMessageIn,
} from "../../protocol/packets/messages.ts";
import type { Context, Services } from "../context.ts";
import { mayWrite } from "./messages.ts";

/** Messages sent to a client before it must have received them. */
const PAGE = 50;

/**
 * Stores a message before anything else, and deletes it once the operating
 * system has the receiver's bytes: a crash may repeat a message, but never
 * loses one.
 */
export function send(ctx: Context, packet: ProfileMessage): void {
  const { session, settings, store } = ctx;
  const refuse = (sentence: string) =>
    ctx.refuse("PALPROFILE_MESSAGE", sentence);
  if (packet.text.length === 0) return ctx.ignore("empty message");
  if (packet.from !== session.uid) {
    refuse("This is not your own profile.");
    return;
  }
  if (
    packet.text.length > MAX_PROFILE_TEXT ||
    packet.text.length > settings.limits.message_bytes
  ) {
    refuse("Your message is too long.");
    return;
  }
  const account = findable(store, store.accounts.get(packet.to));
  if (account === undefined || packet.to === SYSTEM_UID) {
    refuse("There is no such user.");
    return;
  }
  if (!mayWrite(ctx, "PALPROFILE_MESSAGE", account)) return;
  const limit = settings.limits.offline_messages_per_user;
  if (store.profileMessages.count(packet.to) >= limit) {
    refuse(`${account.nickname} has too many messages waiting.`);
    return;
  }
  store.profileMessages.add({ ...packet, at: ctx.now });
  const receiver = ctx.online(packet.to);
  if (receiver !== undefined) deliver(ctx, receiver);
}

/** Sends the stored messages that the client asks for. */
export function collect(ctx: Context): void {
  deliver(ctx, ctx.session);
}

function deliver(ctx: Context, receiver: Session): void {
  // The page under way is followed by one with whatever arrives meanwhile.
  if (receiver.takingProfileMessages) return;
  const page = ctx.store.profileMessages.waiting(receiver.uid, PAGE);
  if (page.length === 0) return;
  receiver.takingProfileMessages = true;
  for (const [at, message] of page.entries()) {
    const { from } = message;
    receiver.heldBack.sent(from, receiver.known.has(from));
    const last = at === page.length - 1;
    ctx.out.send(
      receiver,
      profileMessageIn.frame(message),
      last
        ? { what: "profile page", ids: page.map(({ id }) => id) }
        : undefined,
    );
  }
}

/**
 * Deletes a page that the operating system has taken, and sends the next one.
 */
export function profilePageSent(
  services: Services,
  receiver: Session,
  ids: readonly number[],
): void {
  receiver.takingProfileMessages = false;
  try {
    services.store.profileMessages.remove(ids);
  } catch (error) {
    // Continuing would send the same page again and again.
    services.log.error("delivered profile messages stay stored", {
      session: receiver.id,
      uid: receiver.uid,
      count: ids.length,
      error: String(error),
    });
    return;
  }
  if (receiver.phase === "online") {
    services.act((ctx) => deliver(ctx, receiver));
  }
}
