/**
 * The one-time token that opens the setup page. Only its holder can open the
 * page, and after its first use nobody can.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { randomBytes, timingSafeEqual } from "node:crypto";
import { perMinute, TokenBucket } from "../net/rates.ts";

const BYTES = 24;
/**
 * Tries per minute by all visitors together; the token cannot be guessed
 * anyway.
 */
const TRIES_PER_MINUTE = 30;

export class SetupDoor {
  #token: string | null = null;
  readonly #tries = new TokenBucket(perMinute(TRIES_PER_MINUTE));

  /** Opens the setup page with a new token, which replaces any earlier one. */
  open(): string {
    this.#token = randomBytes(BYTES).toString("base64url");
    return this.#token;
  }

  close(): void {
    this.#token = null;
  }

  get isOpen(): boolean {
    return this.#token !== null;
  }

  /**
   * Returns whether this is the token; counts as a try at the steady time
   * `now`.
   */
  holds(token: string, now: number): "yes" | "no" | "later" {
    if (this.#token === null) return "no";
    if (!this.#tries.take(now)) return "later";
    const [given, right] = [Buffer.from(token), Buffer.from(this.#token)];
    return given.length === right.length && timingSafeEqual(given, right)
      ? "yes"
      : "no";
  }
}
