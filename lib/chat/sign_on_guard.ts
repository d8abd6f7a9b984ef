/**
 * Slows down those who guess passwords and codes, by address and by account,
 * and those who make one account after the other.
 *
 * @module
 */
import { AttemptThrottle } from "../domain/limits.ts";
import type { Millis, Uid } from "../domain/store.ts";
import type { Config } from "../config/config.ts";
import { hostKey } from "../net/addresses.ts";

/** An account may be tried so many times more often from all places together. */
const ALL_PLACES = 5;

export class SignOnGuard {
  readonly #byAddress = new AttemptThrottle(1, 0);
  /**
   * From its usual place a name must not be locked out by a stranger
   * elsewhere: an account's count is kept per address.
   */
  readonly #byAccount = new AttemptThrottle(1, 0);
  /** And in all, against those who come from everywhere. */
  readonly #everywhere = new AttemptThrottle(1, 0);
  readonly #registrations = new AttemptThrottle(1, 0);
  /** Lockwords, admin codes, old passwords: tried by those signed on. */
  readonly #codes = new AttemptThrottle(1, 0);

  constructor(limits: Config["limits"]) {
    this.refresh(limits);
  }

  /** Takes over changed limits. */
  refresh(limits: Config["limits"]): void {
    this.#byAddress.free = limits.signon_attempts_per_address;
    this.#byAccount.free = limits.signon_attempts_per_account;
    this.#everywhere.free = ALL_PLACES * limits.signon_attempts_per_account;
    this.#codes.free = limits.signon_attempts_per_account;
    this.#registrations.free = limits.registrations_per_address;
    for (
      const throttle of [
        this.#byAddress,
        this.#byAccount,
        this.#everywhere,
        this.#registrations,
        this.#codes,
      ]
    ) throttle.maxWaitMs = 1000 * limits.signon_ban_seconds;
  }

  /** Addresses and accounts that have failed lately. */
  get remembered(): number {
    return this.#byAddress.size + this.#byAccount.size;
  }

  /**
   * Milliseconds that this attempt must wait; 0: it may be made. `usual` is
   * asked only when it matters: does it come from where the account was last?
   */
  wait(
    address: string,
    account: string,
    now: Millis,
    usual: () => boolean = () => false,
  ): number {
    const host = hostKey(address);
    const here = Math.max(
      this.#byAddress.wait(host, now),
      this.#byAccount.wait(`${account} ${host}`, now),
    );
    const everywhere = this.#everywhere.wait(account, now);
    return everywhere <= here || usual() ? here : everywhere;
  }

  failed(address: string, account: string, now: Millis): void {
    const host = hostKey(address);
    this.#byAddress.failed(host, now);
    this.#byAccount.failed(`${account} ${host}`, now);
    this.#everywhere.failed(account, now);
  }

  succeeded(address: string, account: string): void {
    this.#byAccount.succeeded(`${account} ${hostKey(address)}`);
  }

  /** Milliseconds until that user may try `what` again. */
  codeWait(what: string, uid: Uid, now: Millis): number {
    return this.#codes.wait(`${what} ${uid}`, now);
  }

  codeTried(what: string, uid: Uid, right: boolean, now: Millis): void {
    const key = `${what} ${uid}`;
    if (right) this.#codes.succeeded(key);
    else this.#codes.failed(key, now);
  }

  /** Milliseconds until another account may be made from there. */
  registrationWait(address: string, now: Millis): number {
    return this.#registrations.wait(hostKey(address), now);
  }

  registered(address: string, now: Millis): void {
    this.#registrations.failed(hostKey(address), now);
  }
}
