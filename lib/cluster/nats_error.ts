/**
 * Apart from nats.ts, so that it can be recognised without loading NATS.
 *
 * @module
 */

/** NATS cannot be reached, or must not be used; says what to do. */
export class NatsError extends Error {
  override name = "NatsError";
}
