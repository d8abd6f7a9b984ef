/**
 * Decides which addresses may connect at all, for chat, pages and WebSockets.
 * Bans by staff below the host are not checked here: they must not refuse
 * higher staff, so they are checked once the user is known
 * (lib/actions/address_bans.ts).
 *
 * @module
 */
import { matcherOf } from "./networks.ts";

export interface AdmissionRules {
  /** Networks that may use the server; empty: all of them. */
  readonly onlyFrom: readonly string[];
  /** Addresses whose connections count only towards the total. */
  readonly uncounted: readonly string[];
}

export class Admission {
  readonly #rules: () => AdmissionRules;
  readonly #isBanned: (address: string) => boolean;

  /**
   * Both arguments are called for each connection, so changes apply
   * immediately.
   */
  constructor(
    rules: () => AdmissionRules,
    isBanned: (address: string) => boolean,
  ) {
    this.#rules = rules;
    this.#isBanned = isBanned;
  }

  /**
   * Returns whether connections of this address count only towards the total.
   */
  isUncounted(address: string): boolean {
    return matcherOf(this.#rules().uncounted)(address);
  }

  /** Returns whether the network of this address may use the server. */
  isAllowed(address: string): boolean {
    const { onlyFrom } = this.#rules();
    return onlyFrom.length === 0 || matcherOf(onlyFrom)(address);
  }

  /** Returns why this address may not connect, or undefined. */
  refusal(address: string): string | undefined {
    if (!this.isAllowed(address)) {
      return "not one of the networks this server is for";
    }
    return this.#isBanned(address) ? "address is banned" : undefined;
  }
}
