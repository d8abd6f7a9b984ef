/**
 * Separate from nats.ts, so that it can be used without loading NATS.
 *
 * @module
 */

/**
 * Thrown when NATS cannot be reached, or must not be used; the message says
 * what to do.
 */
export class NatsError extends Error {
  override name = "NatsError";
}
