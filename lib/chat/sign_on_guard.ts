/**
 * Slows down those who guess passwords, by address and by account.
 *
 * @module
 */
import { AttemptThrottle } from "../domain/limits.ts";
import type { Millis } from "../domain/store.ts";
import type { Config } from "../config/config.ts";

export class SignOnGuard {
  readonly #byAddress: AttemptThrottle;
  readonly #byAccount: AttemptThrottle;

  constructor(limits: Config["limits"]) {
    const longest = 1000 * limits.signon_ban_seconds;
    this.#byAddress = new AttemptThrottle(
      limits.signon_attempts_per_address,
      longest,
    );
    this.#byAccount = new AttemptThrottle(
      limits.signon_attempts_per_account,
      longest,
    );
  }

  /** Takes over changed limits. */
  refresh(limits: Config["limits"]): void {
    this.#byAddress.free = limits.signon_attempts_per_address;
    this.#byAccount.free = limits.signon_attempts_per_account;
    this.#byAddress.maxWaitMs = 1000 * limits.signon_ban_seconds;
    this.#byAccount.maxWaitMs = 1000 * limits.signon_ban_seconds;
  }

  /** Milliseconds that this attempt must wait; 0: it may be made. */
  wait(address: string, account: string, now: Millis): number {
    return Math.max(
      this.#byAddress.wait(address, now),
      // From its usual place a name must not be locked out by a stranger
      // elsewhere: an account's count is kept per address as well.
      this.#byAccount.wait(`${account} ${address}`, now),
    );
  }

  failed(address: string, account: string, now: Millis): void {
    this.#byAddress.failed(address, now);
    this.#byAccount.failed(`${account} ${address}`, now);
  }

  succeeded(address: string, account: string): void {
    this.#byAccount.succeeded(`${account} ${address}`);
  }
}
