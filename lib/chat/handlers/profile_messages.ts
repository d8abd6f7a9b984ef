/**
 * Messages between pal profiles (docs/protocol.md, "Messages").
 *
 * @module
 */
import type { Session } from "../../domain/session.ts";
import { SYSTEM_UID } from "../../domain/store.ts";
import {
  MAX_PROFILE_TEXT,
  type ProfileMessage,
  profileMessageIn,
} from "../../protocol/packets/messages.ts";
import type { Context, Services } from "../context.ts";
import { mayWrite } from "./messages.ts";

/** Most messages handed to a client before it has taken them. */
const PAGE = 50;

/**
 * Stored before anything else happens, and forgotten when the receiver's bytes
 * are with the operating system: a crash may repeat a message, never lose one.
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
  const account = store.accounts.get(packet.to);
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

/** The client asks for what waits. */
export function collect(ctx: Context): void {
  deliver(ctx, ctx.session);
}

function deliver(ctx: Context, receiver: Session): void {
  // The page on its way brings what comes meanwhile.
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

/** A page is with the operating system: deletes it and sends the next one. */
export function profilePageSent(
  services: Services,
  receiver: Session,
  ids: readonly number[],
): void {
  receiver.takingProfileMessages = false;
  try {
    services.store.profileMessages.remove(ids);
  } catch (error) {
    // Going on would send the same page again and again.
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
