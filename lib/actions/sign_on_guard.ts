/**
 * Slows down password guessing without locking out legitimate users; chat and
 * pages check passwords only through it.
 *
 * An address is not a person. Attempts that look like guesses wait in a queue,
 * one per second for each account and for each noisy host, and are then
 * checked: the right password always succeeds. At an account's known places
 * (the networks of its last ten sign-ons) attempts do not wait because of
 * others.
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
/** Longest wait of an attempt in the queue, in milliseconds. */
export const LONGEST_WAIT_MS = 20_000;
/**
 * Recent failures of a host above which its checks come after those of other
 * hosts.
 */
const FEW = 1;
/**
 * Maximum waiting attempts of one host at one account; further ones are refused
 * for now.
 */
const MOST_PER_HOST = 5;

export interface Attempt {
  readonly address: string;
  /**
   * The uid, or the name when no account has it: the key under which failures
   * are counted.
   */
  readonly account: string;
  /** Returns whether the account has recently signed on from this network. */
  readonly isKnownPlace: () => boolean;
  /** Returns whether the client still waits for the answer. */
  readonly isWaiting: () => boolean;
  /** Milliseconds of a steady clock. */
  readonly steady: () => number;
}

/**
 * "later": too many attempts of the same host are waiting; "gone": the client
 * did not wait for the answer.
 */
export type Verdict = "right" | "wrong" | "later" | "gone";

export class SignOnGuard {
  readonly #byHost = new AttemptThrottle(1, 0);
  /** Failures at one account by one host. */
  readonly #byAccountAndHost = new AttemptThrottle(1, 0);
  /** Failures at one account from all unknown places. */
  readonly #byAccount = new AttemptThrottle(1, 0);
  readonly #registrations = new AttemptThrottle(1, 0);
  /** Failed lockwords, admin codes and old passwords of signed-on users. */
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

  /** Applies a changed configuration. */
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

  /** Number of attempts waiting in queues. */
  get waiting(): number {
    return this.#line.waiting;
  }

  /**
   * Checks a password with `verify`, after waiting in a queue if necessary, and
   * counts a failure. Rejects as `verify` does, except for HashNotWanted.
   */
  async attempt(
    attempt: Attempt,
    verify: (turn: Turn) => Promise<boolean>,
  ): Promise<Verdict> {
    const { address, account, isWaiting } = attempt;
    // All users behind a proxy share its address, so the accounts take turns
    // instead.
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
      // Checked again when its turn comes: of a thousand guesses sent in
      // parallel, the later ones must not pass because none had failed yet.
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

  /**
   * Returns whether the check comes after others, because the host has recently
   * guessed.
   */
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
      // Behind a proxy each attempt has a lane of its own.
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

  /** Returns the milliseconds until that user may try `what` again. */
  codeWait(what: string, uid: Uid, now: number): number {
    return this.#codes.wait(`${what} ${uid}`, now);
  }

  codeTried(what: string, uid: Uid, right: boolean, now: number): void {
    const key = `${what} ${uid}`;
    if (right) this.#codes.succeeded(key);
    else this.#codes.failed(key, now);
  }

  /**
   * Returns the milliseconds until another account may be registered from
   * there.
   */
  registrationWait(address: string, now: number): number {
    return this.#registrations.wait(hostKey(address), now);
  }

  registered(address: string, now: number): void {
    this.#registrations.failed(hostKey(address), now);
  }

  /** Ends all waits at shutdown. */
  close(): void {
    this.#line.close();
  }
}
