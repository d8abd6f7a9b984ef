/**
 * Tokens that prove that a form came from a page of this site, for visitors who
 * have not signed in. They are derived from the visitor's address and the hour,
 * so they need neither a cookie nor memory, and the browser of 2002 can send
 * them.
 *
 * Signed-in users have their session's token instead.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Millis } from "../domain/store.ts";

const HOUR_MS = 3_600_000;

export class FormTokens {
  readonly #secret = randomBytes(32);

  for(address: string, now: Millis): string {
    return this.#make(address, Math.floor(now / HOUR_MS));
  }

  /**
   * Returns whether the token is valid. Tokens stay valid for one to two hours.
   */
  holds(token: string, address: string, now: Millis): boolean {
    const hour = Math.floor(now / HOUR_MS);
    return [hour, hour - 1].some((one) =>
      equalText(token, this.#make(address, one))
    );
  }

  #make(address: string, hour: number): string {
    return createHmac("sha256", this.#secret).update(`${address} ${hour}`)
      .digest("base64url");
  }
}

/** Compares in constant time, so that the duration reveals nothing. */
export function equalText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
