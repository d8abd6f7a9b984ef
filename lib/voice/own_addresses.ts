/**
 * Which addresses are this server's own, so that voice is neither sent to its
 * own socket nor accepted from it.
 *
 * @module
 */
export class OwnAddresses {
  readonly #bind: string;
  readonly #interfaces: () => string[];
  #known = new Set<string>();

  /**
   * `bind` is the address listened on; `interfaces` lists all addresses of the
   * machine.
   */
  constructor(bind: string, interfaces: () => string[]) {
    this.#bind = bind;
    this.#interfaces = interfaces;
    this.refresh();
  }

  /** The addresses of a home line change. */
  refresh(): void {
    this.#known = new Set(this.#all ? this.#interfaces() : [this.#bind]);
  }

  has(address: string): boolean {
    return this.#known.has(address) ||
      (this.#all && (address.startsWith("127.") || address === "::1"));
  }

  get #all(): boolean {
    return this.#bind === "0.0.0.0" || this.#bind === "::";
  }
}
