/**
 * Which addresses may connect at all: bans, and a private server's networks.
 *
 * @module
 */
import { networkMatcher } from "./networks.ts";

/** Bans are read again after this time at the latest. */
const REFRESH_MS = 3_600_000;

export interface AdmissionRules {
  /** Networks that the server is for; none: everybody may connect. */
  readonly onlyFrom: readonly string[];
  /** Addresses whose connections count in the total only. */
  readonly uncounted: readonly string[];
}

/** A ban of an address or a network. */
export interface AddressBan {
  readonly target: string;
  /** Milliseconds since the epoch; null: permanent. */
  readonly until: number | null;
}

type Matcher = (address: string) => boolean;

export class Admission {
  readonly #bans: (now: number) => readonly AddressBan[];
  #banned: { readonly matches: Matcher; readonly until: number } = {
    matches: () => false,
    until: 0,
  };
  #allowed: Matcher | undefined;
  #uncounted: Matcher = () => false;

  /** `bans` lists those in force at a time. */
  constructor(
    bans: (now: number) => readonly AddressBan[],
    rules: AdmissionRules,
  ) {
    this.#bans = bans;
    this.refresh(rules);
  }

  /** Takes over changed rules, and reads the bans again. */
  refresh({ onlyFrom, uncounted }: AdmissionRules): void {
    this.#allowed = onlyFrom.length > 0 ? networkMatcher(onlyFrom) : undefined;
    this.#uncounted = networkMatcher(uncounted);
    this.#banned = { matches: () => false, until: 0 };
  }

  isBanned(address: string, now: number): boolean {
    if (now >= this.#banned.until) {
      const bans = this.#bans(now);
      const ends = bans.map(({ until }) => until ?? Infinity);
      this.#banned = {
        matches: networkMatcher(bans.map(({ target }) => target)),
        until: Math.min(...ends, now + REFRESH_MS),
      };
    }
    return this.#banned.matches(address);
  }

  isUncounted(address: string): boolean {
    return this.#uncounted(address);
  }

  /** Whether the server is for the network of this address. */
  isAllowed(address: string): boolean {
    return this.#allowed?.(address) ?? true;
  }

  /** Returns why this address may not connect, or undefined. */
  refusal(address: string, now: number): string | undefined {
    if (!this.isAllowed(address)) {
      return "not one of the networks this server is for";
    }
    return this.isBanned(address, now) ? "address is banned" : undefined;
  }
}
