/**
 * Registering an account for oneself, in chat or on the pages.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { passwordFault } from "../domain/accounts.ts";
import {
  type Account,
  type Millis,
  type NewAccount,
  type Store,
  StoreError,
} from "../domain/store.ts";
import { hostKey } from "../net/addresses.ts";
import type { Letters } from "../ops/letters.ts";
import type { Turn } from "../ops/password_hash.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { actorOf, audit } from "./acting.ts";
import type { AddressBans } from "./address_bans.ts";
import {
  apply,
  applyFault,
  LONGEST_MESSAGE,
  type StaffLine,
  tellApprovers,
} from "./applications.ts";
import { emailGiven } from "./email.ts";
import { newcomerFault } from "./emergency.ts";
import { nicknameRefusal } from "./names.ts";
import { emailFault, textFault } from "./person_text.ts";
import { fieldsFault, type ProfileFields } from "./profile.ts";

/**
 * The context of a registration, which both the pages' Site and the chat
 * satisfy.
 */
export interface Registrar {
  readonly store: Store;
  readonly addressBans: AddressBans;
  readonly passwords: {
    hash(password: Uint8Array, turn?: Turn): Promise<string>;
  };
  readonly guard: {
    registrationWait(address: string, now: Millis): number;
    registered(address: string, now: Millis): void;
  };
  readonly log: {
    info(message: string, fields?: Record<string, unknown>): void;
    warn(message: string, fields?: Record<string, unknown>): void;
  };
  /** Staff online, who are notified of accounts that wait for approval. */
  readonly live: StaffLine & { letters(): Letters | null };
  config(): Config;
  /** The wall clock. */
  clock(): Millis;
  /** A clock that never steps. */
  steady(): Millis;
}

export interface RegisterWish {
  readonly nickname: string;
  readonly password: string;
  /** The repeated password, where the form asks for it. */
  readonly repeat?: string;
  readonly email: string;
  readonly first: string;
  readonly last: string;
  /** The invite code; "" for none. */
  readonly code: string;
  /**
   * The code came in a link, which the host has issued, so it is valid whatever
   * the policy.
   */
  readonly byLink?: boolean;
  /** A message to the host, read where accounts wait for approval. */
  readonly message?: string;
  readonly shown?: Pick<NewAccount, "showFirst" | "showLast" | "showEmail">;
  readonly fields?: ProfileFields;
}

export interface RegisterRefusal {
  /** Null when the error is not about a field. */
  readonly field: keyof RegisterWish | null;
  readonly sentence: string;
  /** The nickname is taken. */
  readonly taken?: boolean;
}

const BUSY = "The server is busy. Please try again shortly.";

/** Returns the new account, or why it was refused. */
export async function register(
  registrar: Registrar,
  address: string,
  wish: RegisterWish,
): Promise<Account | RegisterRefusal> {
  const { store, guard, passwords, log } = registrar;
  const refused = refusalOf(registrar, address, wish);
  if (refused !== null) return refused;
  guard.registered(address, registrar.steady());
  const needsCode = policyFor(registrar.config(), wish) === "invite";
  try {
    // Hashing takes a tenth of a second, so an unknown code is refused first.
    if (needsCode && !isOpen(store, wish, registrar.clock())) {
      return BAD_CODE;
    }
    const passwordHash = await passwords.hash(encodeText(wish.password), {
      from: hostKey(address),
    });
    const account = store.transaction(() =>
      lateRefusal(registrar, wish) ??
        create(registrar, address, wish, passwordHash)
    );
    if (account === undefined) return BAD_CODE;
    if (isRefusal(account)) return account;
    const { uid, nickname } = account;
    const waits = store.applications.get(uid) !== undefined;
    log.info("registered", { uid, nickname, address, waits });
    if (waits) tellApprovers(registrar.live, account);
    emailGiven({
      store,
      live: null,
      letters: registrar.live.letters(),
      actor: actorOf(account, address),
      now: () => registrar.clock(),
    }, account);
    return account;
  } catch (error) {
    if (error instanceof StoreError && error.code === "nickname-taken") {
      return takenRefusal(wish.nickname);
    }
    log.warn("registration failed", { address, error: String(error) });
    return { field: null, sentence: BUSY };
  }
}

export function isRefusal(
  result: Account | RegisterRefusal,
): result is RegisterRefusal {
  return "sentence" in result;
}

function refusalOf(
  { store, addressBans, guard, config, clock, steady }: Registrar,
  address: string,
  wish: RegisterWish,
): RegisterRefusal | null {
  const whole = (sentence: string) => ({ field: null, sentence });
  const settings = config();
  const policy = policyFor(settings, wish);
  if (policy === "closed") {
    return whole("Registration is closed. Please ask the host for an account.");
  }
  const closed = newcomerFault(store);
  if (closed !== null) return whole(closed);
  if (addressBans.of(address, undefined, clock())) {
    return whole("Your address is banned here.");
  }
  const wait = Math.ceil(guard.registrationWait(address, steady()) / 1000);
  if (wait > 0) {
    return whole(
      "Too many registrations from your address. " +
        `Please wait ${wait} seconds.`,
    );
  }
  const full = policy === "approval"
    ? applyFault(
      store,
      hostKey(address),
      settings.limits.applications_per_address,
    )
    : null;
  if (full !== null) return whole(full);
  return fieldRefusal(store, settings, wish, policy);
}

/** Returns the first wrong field of the form. */
function fieldRefusal(
  store: Registrar["store"],
  settings: Config,
  wish: RegisterWish,
  policy: ReturnType<typeof policyFor>,
): RegisterRefusal | null {
  const { nickname, password, repeat } = wish;
  const checks: [keyof RegisterWish, string | null][] = [
    ["nickname", nicknameRefusal(store, nickname, { chosen: settings })],
    ["password", passwordFault(password)],
    [
      "repeat",
      repeat === undefined || password === repeat
        ? null
        : "The two passwords differ.",
    ],
    ["email", emailFault(wish.email)],
    ["first", textFault("The first name", wish.first)],
    ["last", textFault("The last name", wish.last)],
    ["message", messageFault(wish.message ?? "")],
    ["fields", fieldsFault(wish.fields ?? new Map())],
    [
      "code",
      policy === "invite" && wish.code === ""
        ? "Registration needs an invite code from the host."
        : null,
    ],
  ];
  for (const [field, sentence] of checks) {
    if (sentence === null) continue;
    const taken = field === "nickname" &&
      store.accounts.byNickname(nickname) !== undefined;
    return { field, sentence, ...(taken && { taken }) };
  }
  return null;
}

/** Returns why the nickname cannot be had, if that changed during the hash. */
function lateRefusal(
  { store, config }: Registrar,
  { nickname }: RegisterWish,
): RegisterRefusal | null {
  if (store.accounts.byNickname(nickname)) return takenRefusal(nickname);
  const sentence = nicknameRefusal(store, nickname, { chosen: config() });
  return sentence === null ? null : { field: "nickname", sentence };
}

/** Returns undefined when the code was used up meanwhile. */
function create(
  { store, config, clock }: Registrar,
  address: string,
  wish: RegisterWish,
  passwordHash: string,
): Account | undefined {
  const now = clock();
  // The emergency level may have changed while the password was hashed.
  if (newcomerFault(store) !== null) return undefined;
  const policy = policyFor(config(), wish);
  const needsCode = policy === "invite";
  if (needsCode && !store.inviteCodes.redeem(wish.code, now)) return undefined;
  const { nickname, email, first, last, shown, fields } = wish;
  const account = store.accounts.create({
    nickname,
    passwordHash,
    createdAt: now,
    email,
    first,
    last,
    ...shown,
  });
  if (fields !== undefined && fields.size > 0) {
    store.accounts.setProfile(account.uid, fields);
  }
  if (policy === "approval") {
    const host = hostKey(address);
    const most = config().limits.applications_per_address;
    // Others may have applied while the password was hashed.
    if (applyFault(store, host, most) !== null) throw new Full();
    const days = config().auth.approval_days;
    apply(store, account, { host, message: wish.message ?? "", now, days });
  }
  const actor = actorOf(account, address);
  audit({ store, live: null, actor, now: () => now }, {
    action: "user register",
    target: nickname,
    after: wish.byLink
      ? "by an invitation link"
      : needsCode
      ? "with an invite code"
      : policy === "approval"
      ? "waits for approval"
      : null,
  });
  return account;
}

/**
 * Returns the policy. Where accounts wait for approval, an invite code replaces
 * it.
 */
function policyFor({ auth }: Config, { byLink, code }: RegisterWish) {
  const { registration } = auth;
  return byLink || registration === "approval" && code !== ""
    ? "invite"
    : registration;
}

/** Rolls the transaction of a registration back. */
class Full extends Error {}

function messageFault(message: string): string | null {
  if (message.length > LONGEST_MESSAGE) {
    return `The message has at most ${LONGEST_MESSAGE} characters.`;
  }
  return /[\p{Cc}--[\r\n]]/v.test(message)
    ? "The message has control characters."
    : null;
}

function isOpen(
  store: Store,
  { code, byLink = false }: RegisterWish,
  now: Millis,
): boolean {
  const invite = store.inviteCodes.find(code, now);
  return invite !== undefined && (invite.link || !byLink);
}

const BAD_CODE: RegisterRefusal = {
  field: "code",
  sentence:
    "This invite code is not good, or used up: ask the host for another.",
};

function takenRefusal(nickname: string): RegisterRefusal {
  return {
    field: "nickname",
    sentence: `"${nickname}" is taken: choose another.`,
    taken: true,
  };
}
