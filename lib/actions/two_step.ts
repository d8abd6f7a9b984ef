/**
 * Two-step sign-in on the pages: a code from an app in addition to the
 * password.
 *
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import type { TwoStep } from "../domain/moderation.ts";
import type { Account, Millis, Store } from "../domain/store.ts";
import { stepOf } from "../ops/totp.ts";
import { type Acting, audit, Refused, requireAbove } from "./acting.ts";

const RECOVERY_CODES = 10;
/**
 * 32 characters, so 5 bits each; letters and digits that look alike are left
 * out.
 */
const LETTERS = "abcdefghjkmnpqrstuvwxyz234567890";
const WRONG = "This code is not right. Is the clock of your phone right?";

/** Returns ten characters, which is fifty bits. */
function recoveryCode(): string {
  const letters = [...randomBytes(10)].map((byte) => LETTERS[byte % 32]);
  return letters.join("").replace(/(.{5})/, "$1-");
}

function hashOf(code: string): string {
  const plain = code.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return createHash("sha256").update(plain).digest("base64");
}

/**
 * Enables it with a first code from the app. Returns the recovery codes, of
 * which only hashes are stored.
 */
export function turnOnTwoStep(
  acting: Acting,
  account: Account,
  { secret, code }: { readonly secret: string; readonly code: string },
): readonly string[] {
  const { store } = acting;
  const now = acting.now();
  const step = stepOf(secret, code, now);
  if (step === null) throw new Refused(WRONG);
  const codes = Array.from({ length: RECOVERY_CODES }, recoveryCode);
  store.transaction(() => {
    store.twoStep.set({
      uid: account.uid,
      secret,
      since: now,
      lastStep: step,
      recovery: codes.map(hashOf),
    });
    audit(acting, { action: "user totp on", target: account.nickname });
  });
  return codes;
}

/**
 * Returns whether the code, or a recovery code, is right; each is valid once.
 */
export function useCode(
  store: Store,
  two: TwoStep,
  code: string,
  now: Millis,
): "code" | "recovery" | null {
  const step = stepOf(two.secret, code, now);
  if (step !== null && step > two.lastStep) {
    store.twoStep.set({ ...two, lastStep: step });
    return "code";
  }
  const hash = hashOf(code);
  if (step !== null || !two.recovery.includes(hash)) return null;
  const recovery = two.recovery.filter((one) => one !== hash);
  store.twoStep.set({ ...two, recovery });
  return "recovery";
}

/** Disables the actor's own, which requires a code. */
export function turnOffTwoStep(
  acting: Acting,
  account: Account,
  code: string,
): void {
  const { store } = acting;
  const two = store.twoStep.get(account.uid);
  if (two === undefined) throw new Refused("Two-step sign-in is off already.");
  if (useCode(store, two, code, acting.now()) === null) {
    throw new Refused(WRONG);
  }
  store.transaction(() => {
    store.twoStep.remove(account.uid);
    audit(acting, { action: "user totp off", target: account.nickname });
  });
}

/** Disables it for a user who has lost phone and recovery codes. */
export function resetTwoStep(acting: Acting, account: Account): void {
  const { store } = acting;
  requireAbove(acting.actor, account);
  if (account.uid === acting.actor.uid) {
    throw new Refused("Turn your own off on your page: that takes a code.");
  }
  store.transaction(() => {
    if (!store.twoStep.remove(account.uid)) {
      throw new Refused(
        `${account.nickname} has no two-step sign-in.`,
        "not-found",
      );
    }
    audit(acting, { action: "user totp reset", target: account.nickname });
  });
}
