/**
 * Tells clients that an account differs from what their lists show.
 *
 * @module
 */
import type { Uid } from "../domain/store.ts";
import { buddyListFrames } from "../protocol/packets/pals.ts";
import type { Context } from "./context.ts";
import { showAnew } from "./membership.ts";
import { muteChanged } from "./mutes.ts";
import { officesChanged } from "./offices.ts";
import { asPal } from "./person.ts";

/**
 * Reads the account again and shows it to pals and rooms: users whisper to and
 * ban others by the names on their screens.
 */
export function accountChanged(ctx: Context, uid: Uid): void {
  const { world, store, services } = ctx;
  services.answers.clear();
  const account = store.accounts.get(uid);
  if (account === undefined) return;
  const session = world.online.get(uid);
  // The nickname and its color are part of each member's entry.
  const looksOther = session?.nickname !== account.nickname ||
    session.account.color !== account.color;
  if (session !== undefined) {
    session.account = account;
    muteChanged(ctx, session);
    for (const room of world.roomsOf(session)) {
      officesChanged(ctx, room);
      if (looksOther) showAnew(ctx, room, session);
    }
  }
  const frame = buddyListFrames([asPal(account)]);
  for (const watcher of world.watchers(uid)) ctx.out.send(watcher, frame);
}
