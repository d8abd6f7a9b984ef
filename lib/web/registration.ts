/**
 * Making an account for oneself: the rules, whichever form asked.
 *
 * @module
 */
import { hostKey } from "../net/addresses.ts";
import { staffNicknames } from "../commands/account_text.ts";
import {
  imitationFault,
  nicknameFault,
  passwordFault,
} from "../domain/accounts.ts";
import { type Account, type Store, StoreError } from "../domain/store.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { addressBan } from "./banned.ts";
import type { Site } from "./site.ts";
import { textFault } from "./text_rules.ts";

export interface Wish {
  readonly nickname: string;
  readonly password: string;
  readonly repeat: string;
  readonly email: string;
  readonly first: string;
  readonly last: string;
  readonly code: string;
}

export type WishField = keyof Wish;

export interface Refusal {
  /** Null: it is about no field. */
  readonly field: WishField | null;
  readonly sentence: string;
}

const BUSY = "The server is busy. Please try again shortly.";

/** Why nobody may have this nickname, or null. */
export function nicknameRefusal(store: Store, nickname: string): string | null {
  const fault = nicknameFault(nickname) ??
    imitationFault(nickname, staffNicknames(store));
  if (fault !== null) return fault;
  return store.accounts.byNickname(nickname)
    ? `"${nickname}" is taken: choose another.`
    : null;
}

/** An account, or what to tell who wished for it. */
export async function register(
  site: Site,
  address: string,
  wish: Wish,
): Promise<Account | Refusal> {
  const { store } = site;
  const now = site.clock();
  const policy = site.config().auth.registration;
  if (policy === "closed") {
    return refusal(
      null,
      "Registration is closed. Please ask the host for an account.",
    );
  }
  if (addressBan(store, address, undefined, now)) {
    return refusal(null, "Your address is banned here.");
  }
  const wait = site.guard.registrationWait(address, site.steady());
  if (wait > 0) {
    return refusal(
      null,
      `Too many registrations from your address. Please wait ${
        Math.ceil(wait / 1000)
      } seconds.`,
    );
  }
  const fault = faultOf(store, wish, policy === "invite");
  if (fault !== null) return fault;
  site.guard.registered(address, site.steady());
  try {
    // Before the hash, which costs a tenth of a second, a look at the code.
    if (policy === "invite" && !isOpen(store, wish.code, now)) {
      return badCode();
    }
    const passwordHash = await site.passwords.hash(
      encodeText(wish.password),
      { from: hostKey(address) },
    );
    const account = store.transaction(() => {
      if (policy === "invite" && !store.inviteCodes.redeem(wish.code, now)) {
        return undefined;
      }
      const created = store.accounts.create({
        nickname: wish.nickname,
        passwordHash,
        createdAt: now,
        email: wish.email,
        first: wish.first,
        last: wish.last,
      });
      store.audit.add({
        at: now,
        actor: created.nickname,
        actorUid: created.uid,
        address,
        action: "user.register",
        target: created.nickname,
        before: null,
        after: policy === "invite" ? "with an invite code" : null,
      });
      return created;
    });
    if (account === undefined) return badCode();
    site.log.info("registered", {
      uid: account.uid,
      nickname: account.nickname,
      address,
    });
    return account;
  } catch (error) {
    if (error instanceof StoreError && error.code === "nickname-taken") {
      return refusal(
        "nickname",
        `"${wish.nickname}" is taken: choose another.`,
      );
    }
    site.log.warn("registration failed", { address, error: String(error) });
    return refusal(null, BUSY);
  }
}

function faultOf(
  store: Store,
  wish: Wish,
  needsCode: boolean,
): Refusal | null {
  const checks: [WishField, string | null][] = [
    ["nickname", nicknameRefusal(store, wish.nickname)],
    ["password", passwordFault(wish.password)],
    [
      "repeat",
      wish.password === wish.repeat ? null : "The two passwords differ.",
    ],
    ["email", textFault("The e-mail address", wish.email)],
    ["first", textFault("The first name", wish.first)],
    ["last", textFault("The last name", wish.last)],
    [
      "code",
      needsCode && wish.code === ""
        ? "Registration needs an invite code from the host."
        : null,
    ],
  ];
  for (const [field, sentence] of checks) {
    if (sentence !== null) return refusal(field, sentence);
  }
  return null;
}

function isOpen(store: Store, code: string, now: number): boolean {
  return store.inviteCodes.list(now).some((one) => one.code === code);
}

function badCode(): Refusal {
  return refusal(
    "code",
    "This invite code is not good, or used up: ask the host for another.",
  );
}

function refusal(field: WishField | null, sentence: string): Refusal {
  return { field, sentence };
}

export function isRefusal(result: Account | Refusal): result is Refusal {
  return "sentence" in result;
}
