/**
 * Permanently removing a user from a room, by staff who need not be in it.
 *
 * @module
 */
import type { Account } from "../domain/store.ts";
import { type Acting, audit, Refused, requireAbove } from "./acting.ts";

export interface BounceRoom {
  readonly gid: number;
  readonly name: string;
  readonly owner: number | null;
}

/**
 * Bounces a user. Throws unless the user is below the actor; owners cannot be
 * removed from their room.
 */
export function bounceFrom(
  acting: Acting,
  room: BounceRoom,
  account: Account,
  reason: string,
): { readonly wasThere: boolean } {
  const { store, live, actor } = acting;
  const { gid } = room;
  if (account.uid === actor.uid) {
    throw new Refused("You cannot bounce yourself.");
  }
  requireAbove(actor, account);
  const permanent = store.rooms.get(gid) !== undefined;
  if (!permanent && live === null) {
    throw new Refused("That room is not open.", "not-found");
  }
  store.transaction(() => {
    if (permanent) store.rooms.setBounce(gid, account.uid, true, actor.level);
    audit(acting, {
      action: "room bounce",
      target: `${gid} ${account.nickname}`,
      after: reason,
    });
  });
  const text = `You have been bounced from ${room.name} by the staff.`;
  return {
    wasThere: live?.bounce(gid, account.uid, actor.level, text) ?? false,
  };
}
