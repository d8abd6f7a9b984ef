/**
 * Log lines about refusals, at a limited rate: the first refusal of each kind
 * from a host in ten seconds is logged, with the number since the last line.
 * The number of lines for all hosts together is limited too, because the source
 * of a datagram is easily forged.
 *
 * @module
 */
import { hostKey } from "./addresses.ts";

/** The part of a logger that lib/net needs. */
export interface NetLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

const QUIET_MS = 10_000;
const MOST_KEYS = 1024;
/** Maximum lines in ten seconds. */
const MOST_LINES = 50;

export class Refusals {
  readonly #seen = new Map<string, { at: number; unsaid: number }>();
  #lines = 0;
  #since = -Infinity;
  /** Refusals not logged because there were too many lines. */
  #hidden = 0;

  constructor(
    readonly log: NetLog,
    readonly clock: () => number,
    readonly message: string,
  ) {}

  get kept(): number {
    return this.#seen.size;
  }

  /**
   * Logs a refusal. `reason` is a fixed text of the server, never one from the
   * peer.
   */
  note(
    reason: string,
    address: string,
    fields: Record<string, unknown> = {},
  ): void {
    const now = this.clock();
    const key = `${reason} ${hostKey(address)}`;
    const seen = this.#seen.get(key);
    if (seen !== undefined && now - seen.at < QUIET_MS) {
      seen.unsaid++;
      return;
    }
    if (now - this.#since >= QUIET_MS) this.#begin(now);
    if (this.#lines >= MOST_LINES) {
      this.#hidden++;
      return;
    }
    this.#lines++;
    if (this.#seen.size >= MOST_KEYS) this.#seen.clear();
    this.#seen.set(key, { at: now, unsaid: 0 });
    const unsaid = seen?.unsaid ?? 0;
    this.log.warn(this.message, {
      reason,
      address,
      ...fields,
      ...(unsaid > 0 ? { unsaid } : {}),
    });
  }

  #begin(now: number): void {
    if (this.#hidden > 0) {
      this.log.warn(`${this.message}, from very many addresses`, {
        unsaid: this.#hidden,
      });
    }
    this.#since = now;
    this.#lines = this.#hidden = 0;
  }
}
