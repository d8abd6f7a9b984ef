/**
 * Limits the requests of one host to the pages.
 *
 * @module
 */
import { HostRates } from "../net/rates.ts";
import type { Millis } from "../domain/store.ts";

const REQUESTS = { perSecond: 50, burst: 1500 };
/** Cost of a form, in requests: it costs the server more than a page. */
const FORM_COST = 10;

export class RequestRate {
  readonly #rates = new HostRates();

  /**
   * Counts a request. Returns false when there are too many, which is answered
   * with 429.
   */
  take(address: string, method: string, now: Millis): boolean {
    const cost = method === "POST" ? FORM_COST : 1;
    return this.#rates.take(address, REQUESTS, now, cost);
  }
}
