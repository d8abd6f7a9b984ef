/**
 * Which addresses may connect at all: the one answer for chat, pages and
 * WebSockets. Bans by staff below the host are not among them: they must not
 * refuse staff above, so they wait until somebody says who they are
 * (lib/actions/address_bans.ts).
 *
 * @module
 */
import { matcherOf } from "./networks.ts";

export interface AdmissionRules {
  /** Networks that the server is for; none: everybody may connect. */
  readonly onlyFrom: readonly string[];
  /** Addresses whose connections count in the total only. */
  readonly uncounted: readonly string[];
}

export class Admission {
  readonly #rules: () => AdmissionRules;
  readonly #isBanned: (address: string) => boolean;

  /** Both are asked each time: a change counts at once. */
  constructor(
    rules: () => AdmissionRules,
    isBanned: (address: string) => boolean,
  ) {
    this.#rules = rules;
    this.#isBanned = isBanned;
  }

  /** Whether connections of this address count in the total only. */
  isUncounted(address: string): boolean {
    return matcherOf(this.#rules().uncounted)(address);
  }

  /** Whether the server is for the network of this address. */
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
