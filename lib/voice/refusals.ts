/**
 * Logging of refusals that a flood cannot turn into a flood of the log: the
 * first of each kind from an address in ten seconds is written, with how many
 * there were since the last line; and of all addresses together so many lines,
 * because the source of a datagram is easily forged.
 *
 * @module
 */

import type { VoiceLog } from "./roster.ts";

const QUIET_MS = 10_000;
const MOST_KEYS = 1024;
/** Lines in ten seconds. */
const MOST_LINES = 50;

export class Refusals {
  readonly #seen = new Map<string, { at: number; unsaid: number }>();
  #lines = 0;
  #since = -Infinity;
  /** What the lines of all addresses left out. */
  #hidden = 0;

  constructor(
    readonly log: VoiceLog,
    readonly clock: () => number,
    readonly message = "voice refused",
  ) {}

  get kept(): number {
    return this.#seen.size;
  }

  /** `reason` is a few words of ours, never the peer's. */
  note(
    reason: string,
    address: string,
    fields: Record<string, unknown> = {},
  ): void {
    const now = this.clock();
    const key = `${reason} ${address}`;
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
