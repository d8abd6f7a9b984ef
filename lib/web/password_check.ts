/**
 * Checks passwords under the same throttle as the chat's sign-on.
 *
 * @module
 */
import { LONGEST_WAIT_MS, type Verdict } from "../actions/sign_on_guard.ts";
import type { Account } from "../domain/store.ts";
import { encodeText, fitsWindows1252 } from "../protocol/windows1252.ts";
import { Problem } from "./problem.ts";
import type { Context, Member, Site } from "./site.ts";

export interface PasswordAttempt {
  readonly address: string;
  /**
   * Undefined when no account has the name; the check then takes equally long.
   */
  readonly account: Account | undefined;
  /** The key under which failures are counted. */
  readonly key: string;
  readonly password: string;
  /** Aborted when the visitor no longer waits. */
  readonly signal?: AbortSignal;
}

/**
 * Longest password accepted, in characters; hashing a megabyte would cost too
 * much.
 */
const LONGEST = 64;

/**
 * Checks a password and counts failures. Throws {@linkcode Problem} when too
 * many attempts of that address, or too many checks in total, are waiting.
 */
export async function passwordIsRight(
  site: Site,
  { address, account, key, password, signal }: PasswordAttempt,
): Promise<boolean> {
  const { guard, passwords, store } = site;
  const usable = fitsWindows1252(password) && password.length <= LONGEST;
  const bytes = encodeText(usable ? password : "");
  let verdict: Verdict;
  try {
    verdict = await guard.attempt(
      {
        address,
        account: key,
        isKnownPlace: () =>
          account !== undefined &&
          store.accounts.knowsPlace(account.uid, address),
        isWaiting: () => signal?.aborted !== true,
        steady: site.steady,
      },
      (turn) =>
        account !== undefined && usable
          ? passwords.verify(account.passwordHash, bytes, turn)
          : passwords.verifyAbsent(bytes, turn),
    );
  } catch (error) {
    if (site.outsideLines.take(address)) {
      site.log.warn("password check put off", { error: String(error) });
    }
    throw new Problem(
      503,
      "The server is busy signing people on. Please try again shortly.",
      5,
    );
  }
  if (verdict === "later" || verdict === "gone") throw tooMany();
  return verdict === "right";
}

/**
 * Returns why a signed-in member may not continue, or null when their password
 * is right: a stolen cookie must not be enough where the password is required.
 * Throws {@linkcode Problem} after too many attempts.
 */
export async function ownPasswordFault(
  c: Context,
  site: Site,
  { account }: Member,
  password: string,
): Promise<string | null> {
  const { address } = c.env;
  const key = String(account.uid);
  if (!await passwordIsRight(site, { address, account, key, password })) {
    return "Your present password is not right.";
  }
  // The check takes time, and the host may have changed the password meanwhile
  // because this one had become known.
  const now = site.store.accounts.get(account.uid)?.passwordHash;
  return now === account.passwordHash
    ? null
    : "Your password was changed meanwhile.";
}

function tooMany(): Problem {
  const seconds = LONGEST_WAIT_MS / 1000;
  return new Problem(
    429,
    `Too many attempts. Please wait ${seconds} seconds and try again.`,
    seconds,
  );
}
