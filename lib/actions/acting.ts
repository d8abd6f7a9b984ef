/**
 * The context shared by all use cases: the actor, the store, the running server
 * if there is one, and the errors for refusals.
 *
 * @module
 */
import {
  type Account,
  type AuditEntry,
  HOST_LEVEL,
  LEVEL,
  type Millis,
  type Store,
  SYSTEM_UID,
  type Uid,
} from "../domain/store.ts";
import type { Letters } from "../ops/letters.ts";
import type { Live } from "../ops/live.ts";

export interface Actor {
  /** "cli", or the actor's nickname. */
  readonly name: string;
  readonly uid: Uid | null;
  /** 0..3 like the roles, or {@linkcode HOST_LEVEL} for the command line. */
  readonly level: number;
  readonly address: string | null;
}

export const HOST: Actor = {
  name: "cli",
  uid: null,
  level: HOST_LEVEL,
  address: null,
};

/** The actor of everything that the server does automatically. */
export const SERVER: Actor = { ...HOST, name: "server" };

/** The context of a use case, which every command context satisfies. */
export interface Acting {
  readonly store: Store;
  /** Null when no server is running on this data. */
  readonly live: Live | null;
  readonly actor: Actor;
  /** E-mail, for use where a running server's `live` is null. */
  readonly letters?: Letters | null;
  now(): Millis;
}

/** Returns the actor for an account that acts on itself, from `address`. */
export function actorOf(account: Account, address: string): Actor {
  return {
    name: account.nickname,
    uid: account.uid,
    level: LEVEL[account.role],
    address,
  };
}

/**
 * The use case was not carried out; the message is for the user who requested
 * it.
 */
export class Refused extends Error {
  override name = "Refused";
  constructor(
    message: string,
    readonly kind: "refused" | "not-found" = "refused",
  ) {
    super(message);
  }
}

/** Nothing was done yet: the user must confirm the consequences first. */
export class Unconfirmed extends Error {
  override name = "Unconfirmed";
  constructor(readonly warnings: readonly string[]) {
    super(warnings.join(" "));
  }
}

/**
 * Throws {@linkcode Unconfirmed} when there are warnings that were not
 * confirmed.
 */
export function requireYes(
  warnings: readonly string[],
  confirmed: boolean | undefined,
): void {
  if (warnings.length > 0 && !confirmed) throw new Unconfirmed(warnings);
}

/** Throws unless the account is below the actor, or is the actor's own. */
export function requireAbove(actor: Actor, account: Account): void {
  if (actor.uid === account.uid) return;
  if (actor.level <= LEVEL[account.role]) {
    throw new Refused(
      `${account.nickname} is ${account.role}: only somebody above may do that.`,
    );
  }
}

/** Returns warnings before `what` happens to the last superadmin. */
export function lastSuperadmin(
  { store }: Acting,
  account: Account,
  what: string,
): string[] {
  if (account.role !== "superadmin") return [];
  const others = store.accounts.list({ role: "superadmin", limit: 10 })
    .some(({ uid }) => uid !== account.uid && uid !== SYSTEM_UID);
  return others ? [] : [
    `${account.nickname} is the last superadmin: ${what}, ` +
    "only the command line can act for the owner.",
  ];
}

/** Adds this actor's action to the audit log. */
export function audit(
  { store, actor, now }: Acting,
  entry: {
    readonly action: string;
    readonly target: string;
    readonly before?: unknown;
    readonly after?: unknown;
  },
): void {
  const whole: AuditEntry = {
    at: now(),
    actor: actor.name,
    actorUid: actor.uid,
    address: actor.address,
    action: entry.action,
    target: entry.target,
    before: asText(entry.before),
    after: asText(entry.after),
  };
  store.audit.add(whole);
}

function asText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Returns the keys whose values differ, for the audit log. */
export function difference<T extends object>(
  before: T,
  after: T,
): { before: Partial<T>; after: Partial<T> } {
  const changed = (Object.keys(after) as (keyof T)[]).filter((key) =>
    JSON.stringify(before[key]) !== JSON.stringify(after[key])
  );
  const pick = (from: T) =>
    Object.fromEntries(changed.map((key) => [key, from[key]])) as Partial<T>;
  return { before: pick(before), after: pick(after) };
}
