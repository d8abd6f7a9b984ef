/**
 * Banning an account, an address or a network, and ending a ban.
 *
 * @module
 */
import {
  isWiderThan,
  networksOverlap,
  PRIVATE_NETWORKS,
} from "../net/networks.ts";
import { type Ban, type BanKind, HOST_LEVEL } from "../domain/store.ts";
import {
  type Acting,
  audit,
  lastSuperadmin,
  Refused,
  requireAbove,
  requireYes,
} from "./acting.ts";
import { banSentence, binds, coverage, coveredBy } from "./address_bans.ts";

export interface BanTarget {
  readonly kind: BanKind;
  /** The target in the store's form. */
  readonly target: string;
  /** The target as users write it. */
  readonly label: string;
}

export interface BanWish {
  readonly target: BanTarget;
  /** Milliseconds; null: permanent. */
  readonly forMs: number | null;
  readonly reason: string;
  /** The actor has confirmed the warnings. */
  readonly confirmed?: boolean | undefined;
}

/** Networks shorter than these prefixes need a confirmation. */
const WIDE = { ipv4: 16, ipv6: 32 } as const;
/** Maximum users named in a warning. */
const MOST_NAMED = 10;

/** Adds a ban and disconnects the users it applies to. Returns how many. */
export function addBan(
  acting: Acting,
  { target, forMs, reason, confirmed }: BanWish,
): { readonly ban: Ban; readonly disconnected: number } {
  const { store, actor } = acting;
  const now = acting.now();
  const before = store.bans.find(target.kind, target.target, now);
  requireMayChange(acting, before, target);
  const wish = {
    kind: target.kind,
    target: target.target,
    reason,
    by: actor.name,
    byUid: actor.uid,
    rank: actor.level,
    at: now,
    until: forMs === null ? null : now + forMs,
  };
  const warnings = target.kind === "account"
    ? accountWarnings(acting, target)
    : addressWarnings(acting, wish);
  requireYes(warnings, confirmed);
  const ban = store.transaction(() => {
    const added = store.bans.add(wish);
    audit(acting, {
      action: "ban add",
      target: target.label,
      before,
      after: { kind: added.kind, until: added.until, reason },
    });
    return added;
  });
  return { ban, disconnected: disconnect(acting, ban) };
}

/**
 * Ends a ban. Throws when there is none, or when its author is above the actor.
 */
export function removeBan(acting: Acting, target: BanTarget): void {
  const { store } = acting;
  const ban = store.bans.find(target.kind, target.target, acting.now());
  if (!ban) {
    throw new Refused(
      `${target.label} is not banned. \`retropal ban list\` shows all bans.`,
      "not-found",
    );
  }
  requireMayChange(acting, ban, target);
  store.transaction(() => {
    store.bans.remove(target.kind, target.target);
    audit(acting, {
      action: "ban remove",
      target: target.label,
      before: ban,
    });
  });
}

function requireMayChange(
  { actor }: Acting,
  ban: Ban | undefined,
  { label }: BanTarget,
): void {
  if (ban === undefined || ban.rank <= actor.level) return;
  throw new Refused(
    `${label} was banned by ${ban.by}, who stands above you: ` +
      "you cannot change that ban.",
  );
}

function accountWarnings(acting: Acting, { target }: BanTarget): string[] {
  const account = acting.store.accounts.get(Number(target));
  if (account === undefined) return [];
  requireAbove(acting.actor, account);
  return [
    ...(account.uid === acting.actor.uid ? ["This is your own account."] : []),
    ...lastSuperadmin(acting, account, "while the ban lasts"),
  ];
}

function addressWarnings(
  acting: Acting,
  ban: Parameters<typeof coveredBy>[0] & Parameters<typeof binds>[0],
): string[] {
  const network = coveredBy(ban);
  const warnings: string[] = [];
  const local = PRIVATE_NETWORKS.filter((one) => networksOverlap(one, network));
  if (local.length > 0) {
    warnings.push(
      local.some((one) => one === "127.0.0.0/8" || one === "::1/128")
        ? "It covers this machine itself."
        : "It covers a private network, perhaps the host's own.",
    );
  }
  if (isWiderThan(network, WIDE)) {
    warnings.push(`It covers more than a /${WIDE.ipv4}: very many addresses.`);
  }
  const names = hitBy(acting, ban);
  if (names.length > 0) {
    const more = names.length - MOST_NAMED;
    warnings.push(
      `It disconnects ${names.slice(0, MOST_NAMED).join(", ")}` +
        (more > 0 ? ` and ${more} more.` : "."),
    );
  } else if (warnings.length > 0) {
    warnings.push("It disconnects no user who is online.");
  }
  return warnings;
}

/** Returns the nicknames of the users whom a ban would disconnect. */
function hitBy(
  { store, live }: Acting,
  ban: Parameters<typeof coveredBy>[0] & Parameters<typeof binds>[0],
): string[] {
  const covers = coverage(ban);
  return (live?.sessions() ?? []).flatMap(({ uid, address }) => {
    const account = uid === null ? undefined : store.accounts.get(uid);
    if (account === undefined || !covers(address)) return [];
    return binds(ban, account) ? [account.nickname] : [];
  });
}

/**
 * Disconnects signed-on users only: others are refused at sign-on if necessary.
 */
function disconnect({ store, live }: Acting, ban: Ban): number {
  if (live === null) return 0;
  const sentence = banSentence(ban);
  if (ban.kind === "account") {
    return live.kick(Number(ban.target), sentence) ? 1 : 0;
  }
  const covers = coverage(ban);
  return live.kickAddress((address, uid) => {
    if (!covers(address)) return false;
    if (ban.rank >= HOST_LEVEL) return true;
    const account = uid === null ? undefined : store.accounts.get(uid);
    return account !== undefined && binds(ban, account);
  }, sentence);
}
