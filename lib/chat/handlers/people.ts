/**
 * User search and profiles (docs/protocol.md, "Search and profile").
 *
 * @module
 */
import { Refused } from "../../actions/acting.ts";
import { changeProfile } from "../../actions/profile.ts";
import type { Session } from "../../domain/session.ts";
import {
  type Account,
  type AccountPatch,
  type AccountQuery,
  SYSTEM_UID,
} from "../../domain/store.ts";
import {
  type Fields,
  joinedSearch,
  MAX_SEARCH_HITS,
  searchError,
  searchResponse,
} from "../../protocol/packets/directory.ts";
import { accountChanged } from "../account_changed.ts";
import { contactFault, privacyAllows } from "../contact.ts";
import type { Context } from "../context.ts";
import { asHit } from "../person.ts";

/**
 * Always sends one of the two answers; otherwise the client's window would wait
 * forever.
 */
export function search(ctx: Context, fields: Fields): void {
  const key = `search ${JSON.stringify([...fields])}`;
  ctx.reply(
    ctx.services.answers.get(key, ctx.steady, () => searched(ctx, fields)),
  );
}

function searched(ctx: Context, fields: Fields): Uint8Array {
  let hits = find(ctx, fields);
  if (hits.length === 0) hits = find(ctx, joinedSearch(fields));
  return hits.length === 0
    ? searchError.frame({ text: new Uint8Array() })
    : searchResponse.frame(hits.map(asHit));
}

function find(ctx: Context, fields: Fields | undefined): readonly Account[] {
  const query = fields && queryOf(fields);
  if (query === undefined) return [];
  return ctx.store.accounts.search(query).filter((account) =>
    account.uid !== SYSTEM_UID && mayBeFound(account, query)
  );
}

/** Returns undefined for an empty query. */
function queryOf(fields: Fields): AccountQuery | undefined {
  const value = (key: string) => fields.get(key)?.trim() ?? "";
  const query = {
    ...(value("exnick") !== "" && { nickname: value("exnick") }),
    ...(value("nickname") !== "" && { nicknamePrefix: value("nickname") }),
    ...(value("email") !== "" && { email: value("email") }),
    ...(value("first") !== "" && { first: value("first") }),
    ...(value("last") !== "" && { last: value("last") }),
  };
  if (Object.keys(query).length === 0) return undefined;
  return { ...query, limit: MAX_SEARCH_HITS };
}

/**
 * Returns whether a search may find the account: a hidden name must not match.
 */
function mayBeFound(account: Account, { first, last }: AccountQuery): boolean {
  return (first === undefined || account.showFirst) &&
    (last === undefined || account.showLast);
}

const EMAIL_NEEDS_PASSWORD =
  "To change your e-mail address, open the page of your account (/member), " +
  "which asks for your password. Nothing was changed.";

/** Changes only the sender's own record; the client expects no answer. */
export function updateProfile(ctx: Context, fields: Fields): void {
  const { session } = ctx;
  const named = Number(fields.get("uid") ?? session.uid);
  if (named !== session.uid) {
    ctx.refuse("USER_PROFILE_UPDATE", "This is not your own profile.");
    return;
  }
  const text = (key: "first" | "last" | "email") =>
    fields.has(key) ? { [key]: fields.get(key)!.trim() } : {};
  const yes = (key: string, field: keyof AccountPatch) =>
    fields.has(key) ? { [field]: /^[Y1]/i.test(fields.get(key)!) } : {};
  const patch: AccountPatch = {
    ...text("first"),
    ...text("last"),
    ...text("email"),
    ...yes("get_offers_from_us", "offersFromUs"),
    ...yes("get_offers_from_affiliates", "offersFromAffiliates"),
    ...yes("show_first", "showFirst"),
    ...yes("show_last", "showLast"),
    ...yes("show_email", "showEmail"),
  };
  // A ticket only shows that a browser is signed in, and a stolen cookie must
  // not be enough to have a new password mailed.
  if (
    session.ticketUid === session.uid && patch.email !== undefined &&
    patch.email !== session.account.email
  ) {
    ctx.refuse("USER_PROFILE_UPDATE", EMAIL_NEEDS_PASSWORD);
    return;
  }
  try {
    changeProfile(ctx.acting, session.account, { patch, fields });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    ctx.refuse("USER_PROFILE_UPDATE", error.message);
    return;
  }
  accountChanged(ctx, session.uid);
  ctx.log.info("profile changed", ctx.who);
}

/**
 * Sends a random online user who accepts messages from anybody. Always sends
 * one of the answers of a search; otherwise the window would wait forever.
 */
export function randomUser(ctx: Context): void {
  const { session, services, world } = ctx;
  let chosen: Account | undefined;
  let candidates = 0;
  for (const other of world.online.values()) {
    if (other === session || !mayBeDrawn(ctx, other)) continue;
    candidates++;
    if (services.random() * candidates < 1) chosen = other.account;
  }
  if (chosen === undefined) {
    ctx.reply(searchError.frame({ text: new Uint8Array() }));
    return;
  }
  ctx.reply(searchResponse.frame([asHit(chosen)]));
}

function mayBeDrawn(ctx: Context, other: Session): boolean {
  const { account } = other;
  return account.listed && account.uid !== SYSTEM_UID &&
    !ctx.session.blocks.has(other.uid) &&
    // Pals count too, as long as users who are not pals could be drawn as well.
    privacyAllows(account.privacy, "random", false) &&
    contactFault(ctx, account, "random") === undefined;
}

/**
 * Stores the choice of the client's menu (A, T or P), which is sent back at
 * sign-on.
 */
export function setPrivacy(
  ctx: Context,
  { privacy }: { privacy: string },
): void {
  const { session, store } = ctx;
  if (privacy !== "A" && privacy !== "T" && privacy !== "P") {
    ctx.ignore("unknown privacy", { privacy });
    return;
  }
  session.account = store.accounts.update(session.uid, { privacy });
}
