/**
 * The emergency level: for a while only members, or only staff, may sign on.
 * Every way into the server checks it here.
 *
 * @module
 */
import type { EmergencyLevel } from "../domain/moderation.ts";
import { type Account, LEVEL, type Store } from "../domain/store.ts";
import { type Acting, audit, Refused, requireYes } from "./acting.ts";

const LONGEST_REASON = 200;

export interface EmergencyWish {
  readonly level: EmergencyLevel;
  readonly reason: string;
  readonly confirmed?: boolean | undefined;
}

/** Sets the level. Returns how many sessions it ended. */
export function setEmergency(
  acting: Acting,
  { level, reason, confirmed }: EmergencyWish,
): number {
  const { store, live, actor } = acting;
  if (reason.length > LONGEST_REASON) {
    throw new Refused(`The reason has at most ${LONGEST_REASON} characters.`);
  }
  const users = level !== "staff" ? 0 : (live?.sessions() ?? [])
    .filter(({ uid, role }) => uid !== null && role === "user").length;
  requireYes(
    users > 0
      ? [`It disconnects ${users} user${users === 1 ? "" : "s"} at once.`]
      : [],
    confirmed,
  );
  const before = store.emergency.get();
  store.transaction(() => {
    const at = acting.now();
    store.emergency.set({ level, reason, by: actor.name, at });
    audit(acting, {
      action: "emergency",
      target: level,
      before: before.level,
      after: reason,
    });
  });
  if (level !== "staff") return 0;
  const sentence = memberFault(store, { role: "user" }) ?? "";
  return live?.kickAddress((_, uid) => {
    const account = uid === null ? undefined : store.accounts.get(uid);
    return account?.role === "user";
  }, sentence) ?? 0;
}

/** Returns why nobody may register now, or null when they may. */
export function newcomerFault(store: Store): string | null {
  const { level, reason } = store.emergency.get();
  return level === "open"
    ? null
    : withReason("No new accounts are made at the moment.", reason);
}

/** Returns why this account may not sign on now, or null when it may. */
export function memberFault(
  store: Store,
  { role }: Pick<Account, "role">,
): string | null {
  const { level, reason } = store.emergency.get();
  return level === "staff" && LEVEL[role] === 0
    ? withReason("Only staff may sign on at the moment.", reason)
    : null;
}

function withReason(sentence: string, reason: string): string {
  return reason === "" ? sentence : `${sentence} ${reason}`;
}
