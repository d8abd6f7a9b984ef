/**
 * Checking a password under the throttle that the chat's sign-on uses too.
 *
 * @module
 */
import { hostKey } from "../net/addresses.ts";
import type { Account } from "../domain/store.ts";
import { HashNotWanted } from "../ops/password_hash.ts";
import { encodeText, fitsWindows1252 } from "../protocol/windows1252.ts";
import { Problem } from "./problem.ts";
import type { Site } from "./site.ts";

export interface Attempt {
  readonly address: string;
  /** Undefined: nobody has the name, which takes as long to find out. */
  readonly account: Account | undefined;
  /** Under what failures are counted. */
  readonly key: string;
  readonly password: string;
}

/** No account has a longer one; hashing a megabyte would be a favour. */
const LONGEST = 64;

/**
 * Counts a failure, but no success. Throws {@linkcode Problem} when this
 * attempt must wait, or too many checks wait already.
 */
export async function passwordIsRight(
  site: Site,
  { address, account, key, password }: Attempt,
): Promise<boolean> {
  const { guard, passwords, steady } = site;
  const usual = () => account?.lastAddress === address;
  const wait = () => guard.wait(address, key, steady(), usual);
  if (wait() > 0) throw tooMany(wait());
  const usable = fitsWindows1252(password) && password.length <= LONGEST;
  const bytes = encodeText(usable ? password : "");
  // Asked again when its turn comes: a thousand guesses sent at once must not
  // all be checked because none had failed yet.
  const turn = { from: hostKey(address), wanted: () => wait() === 0 };
  let right: boolean;
  try {
    right = account !== undefined && usable
      ? await passwords.verify(account.passwordHash, bytes, turn)
      : await passwords.verifyAbsent(bytes, turn);
  } catch (error) {
    if (error instanceof HashNotWanted) throw tooMany(wait());
    site.log.warn("password check put off", { error: String(error) });
    throw new Problem(
      503,
      "The server is busy signing people on. Please try again shortly.",
      5,
    );
  }
  if (!right) guard.failed(address, key, steady());
  return right;
}

function tooMany(waitMs: number): Problem {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new Problem(
    429,
    `Too many attempts. Please wait ${seconds} seconds and try again.`,
    seconds,
  );
}
