/**
 * Sign-ins that wait for their second step: the password was right, and a code
 * must follow.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import type { Account, Uid } from "../domain/store.ts";
import { KeyedBuckets } from "../net/rates.ts";

/** Time between the password and the code. */
const PENDING_MS = 5 * 60_000;
const MOST_PENDING = 1000;
/** Rate of wrong codes per account: a burst of ten, then one in 90 seconds. */
const CODES = { perSecond: 1 / 90, burst: 10 };

interface Pending {
  readonly uid: Uid;
  readonly passwordHash: string;
  readonly until: number;
}

/** Sign-ins whose password was right, kept in memory. */
export class SecondSteps {
  /** Pending sign-ins by token, oldest first. */
  readonly #pending = new Map<string, Pending>();
  readonly #rates = new KeyedBuckets<Uid>();

  begin({ uid, passwordHash }: Account, steady: number): string {
    if (this.#pending.size >= MOST_PENDING) {
      const oldest = this.#pending.keys().next().value;
      if (oldest !== undefined) this.#pending.delete(oldest);
    }
    const token = Buffer.from(randomBytes(32)).toString("base64url");
    this.#pending.set(token, { uid, passwordHash, until: steady + PENDING_MS });
    return token;
  }

  find(token: string, steady: number): Pending | undefined {
    const found = this.#pending.get(token);
    return found !== undefined && steady < found.until ? found : undefined;
  }

  end(token: string): void {
    this.#pending.delete(token);
  }

  /** Returns false when this account has tried too many codes. */
  mayTry(uid: Uid, steady: number): boolean {
    return this.#rates.of(uid, CODES).take(steady);
  }

  /** Resets the count of wrong codes after a right one. */
  right(uid: Uid): void {
    this.#rates.forget(uid);
  }
}
