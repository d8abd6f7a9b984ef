/**
 * Slows down password guessing without locking anybody out: the one way in
 * which chat and pages check a password.
 *
 * An address is not a person. Attempts that look like guesses wait in line,
 * one a second for each account and for each noisy host, and are then checked:
 * the right password always gets in. An account's known places (the networks
 * of its last ten sign-ons) do not wait for what others do.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { AttemptThrottle } from "../net/rates.ts";
import type { Uid } from "../domain/store.ts";
import { hostKey } from "../net/addresses.ts";
import { matcherOf } from "../net/networks.ts";
import { HashNotWanted, type Turn } from "../ops/password_hash.ts";
import { AttemptLine } from "./attempt_line.ts";

const EVERY_MS = 1000;
/** Longest that an attempt waits in line. */
export const LONGEST_WAIT_MS = 20_000;
/** Recent failures of a host after which its checks come later than others'. */
const FEW = 1;
/** Attempts of one host at one account that may wait; more are put off. */
const MOST_PER_HOST = 5;

export interface Attempt {
  readonly address: string;
  /** The uid, or the name when nobody has it: failures are counted under it. */
  readonly account: string;
  /** Whether the account has signed on from this network lately. */
  readonly isKnownPlace: () => boolean;
  /** Whether the client still waits for the answer. */
  readonly isWaiting: () => boolean;
  /** Milliseconds of a steady clock. */
  readonly steady: () => number;
}

/**
 * "later": its own host has too many attempts in line; "gone": the client did
 * not wait for the answer.
 */
export type Verdict = "right" | "wrong" | "later" | "gone";

export class SignOnGuard {
  readonly #byHost = new AttemptThrottle(1, 0);
  /** Failures at one account from one host. */
  readonly #byAccountAndHost = new AttemptThrottle(1, 0);
  /** Failures at one account from all places that it is not known from. */
  readonly #byAccount = new AttemptThrottle(1, 0);
  readonly #registrations = new AttemptThrottle(1, 0);
  /** Lockwords, admin codes, old passwords: tried by those signed on. */
  readonly #codes = new AttemptThrottle(1, 0);
  readonly #line = new AttemptLine({
    everyMs: EVERY_MS,
    longestMs: LONGEST_WAIT_MS,
    mostPerLane: MOST_PER_HOST,
  });
  #isUncounted: (address: string) => boolean = () => false;
  #attempts = 0;

  constructor(config: Config) {
    this.refresh(config);
  }

  /** Takes over a changed configuration. */
  refresh({ limits, access }: Config): void {
    this.#isUncounted = matcherOf(access.uncounted);
    this.#byHost.free = limits.signon_attempts_per_address;
    this.#byAccountAndHost.free = limits.signon_attempts_per_account;
    this.#byAccount.free = limits.signon_attempts_per_account;
    this.#codes.free = limits.signon_attempts_per_account;
    this.#registrations.free = limits.registrations_per_address;
    for (
      const throttle of [
        this.#byHost,
        this.#byAccountAndHost,
        this.#byAccount,
        this.#registrations,
        this.#codes,
      ]
    ) throttle.maxWaitMs = 1000 * limits.signon_ban_seconds;
  }

  /** Attempts that wait in line. */
  get waiting(): number {
    return this.#line.waiting;
  }

  /**
   * Checks a password by `verify`, after a wait in line if need be, and counts
   * a failure. Rejects as `verify` does, except with HashNotWanted.
   */
  async attempt(
    attempt: Attempt,
    verify: (turn: Turn) => Promise<boolean>,
  ): Promise<Verdict> {
    const { address, account, isWaiting } = attempt;
    // Everybody behind a proxy has its address: accounts take turns instead.
    const from = this.#isUncounted(address)
      ? `${hostKey(address)} ${account}`
      : hostKey(address);
    let waited = false;
    for (;;) {
      if (!isWaiting()) return "gone";
      if (!waited && this.#mustWait(attempt)) {
        const turn = await this.#waitInLine(attempt);
        if (turn !== "now") return turn === "full" ? "later" : "gone";
        waited = true;
        continue;
      }
      // Looked at again when its turn comes: a thousand guesses sent at once
      // must not all be checked because none had failed yet.
      const wanted = () => isWaiting() && (waited || !this.#mustWait(attempt));
      const later = () => this.#comesLater(attempt);
      try {
        if (await verify({ from, later, wanted })) {
          this.#byAccountAndHost.succeeded(`${account} ${hostKey(address)}`);
          return "right";
        }
        this.#failed(attempt);
        return "wrong";
      } catch (error) {
        if (!(error instanceof HashNotWanted)) throw error;
      }
    }
  }

  /** Hosts that have guessed lately are checked after all others. */
  #comesLater({ address, isKnownPlace, steady }: Attempt): boolean {
    return this.#byHost.count(hostKey(address), steady()) >= FEW &&
      !isKnownPlace();
  }

  #mustWait(attempt: Attempt): boolean {
    return this.#accountIsTried(attempt) || this.#hostIsNoisy(attempt);
  }

  #accountIsTried(attempt: Attempt): boolean {
    const { address, account, isKnownPlace, steady } = attempt;
    const now = steady();
    const here = `${account} ${hostKey(address)}`;
    return this.#byAccountAndHost.exceeded(here, now) ||
      this.#byAccount.exceeded(account, now) && !isKnownPlace();
  }

  #hostIsNoisy({ address, isKnownPlace, steady }: Attempt): boolean {
    return this.#byHost.exceeded(hostKey(address), steady()) &&
      !this.#isUncounted(address) && !isKnownPlace();
  }

  async #waitInLine(attempt: Attempt): Promise<"now" | "full" | "gone"> {
    const { address, account, isWaiting } = attempt;
    const host = hostKey(address);
    const lines: Promise<"now" | "full" | "gone">[] = [];
    if (this.#accountIsTried(attempt)) {
      // Behind a proxy each attempt stands by itself.
      const lane = this.#isUncounted(address)
        ? `${host} ${++this.#attempts}`
        : host;
      lines.push(this.#line.wait(`account ${account}`, lane, isWaiting));
    }
    if (this.#hostIsNoisy(attempt)) {
      lines.push(this.#line.wait(`host ${host}`, account, isWaiting));
    }
    const turns = await Promise.all(lines);
    return turns.find((turn) => turn !== "now") ?? "now";
  }

  #failed({ address, account, isKnownPlace, steady }: Attempt): void {
    const host = hostKey(address);
    const now = steady();
    if (!this.#isUncounted(address)) this.#byHost.failed(host, now);
    this.#byAccountAndHost.failed(`${account} ${host}`, now);
    if (!isKnownPlace()) this.#byAccount.failed(account, now);
  }

  /** Milliseconds until that user may try `what` again. */
  codeWait(what: string, uid: Uid, now: number): number {
    return this.#codes.wait(`${what} ${uid}`, now);
  }

  codeTried(what: string, uid: Uid, right: boolean, now: number): void {
    const key = `${what} ${uid}`;
    if (right) this.#codes.succeeded(key);
    else this.#codes.failed(key, now);
  }

  /** Milliseconds until another account may be made from there. */
  registrationWait(address: string, now: number): number {
    return this.#registrations.wait(hostKey(address), now);
  }

  registered(address: string, now: number): void {
    this.#registrations.failed(hostKey(address), now);
  }

  /** Ends all waiting: the server is shutting down. */
  close(): void {
    this.#line.close();
  }
}
