/**
 * The reading side of a connection: passes bytes to the frame decoder, and
 * reads ahead while a packet waits.
 *
 * @module
 */
import type { Wire } from "../../net/wire.ts";
import type { FrameDecoder } from "../../protocol/frame.ts";

/**
 * Bytes read ahead while a password is checked, and while a packet over the
 * rate waits. Clients wait for the answer, so more than the latter is a flood;
 * it holds the longest frame.
 */
export const READ_AHEAD = { checking: 8192, late: 72_000 } as const;

/** Why reading ahead ended; "done" when the waiting packet's turn came. */
export type AheadEnd = "done" | "closed" | "full" | Error;

export class Intake {
  readonly #wire: Wire;
  readonly #decoder: FrameDecoder;
  /** A pending read that began while a packet was waiting. */
  #reading: Promise<number | null> | undefined;
  /** Ends the wait of a packet that is over the rate. */
  stopWaiting = () => {};

  constructor(wire: Wire, decoder: FrameDecoder) {
    this.#wire = wire;
    this.#decoder = decoder;
  }

  /**
   * Reads once. Returns the byte count, or null at the end; the caller must
   * tell the decoder.
   */
  read(): Promise<number | null> {
    const reading = this.#reading ?? this.#wire.read(this.#decoder.space());
    this.#reading = undefined;
    return reading;
  }

  /** Makes the next read report the end. */
  hungUp(): void {
    this.#reading = Promise.resolve(null);
  }

  /**
   * Waits until a packet over the rate may be handled. Continues reading
   * meanwhile if `reads`, so that a client that hangs up does not stay online
   * until its requests are answered.
   */
  async wait(ms: number, reads: boolean): Promise<AheadEnd> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.stopWaiting = resolve;
    const timer = setTimeout(resolve, ms);
    try {
      if (reads) return await this.ahead(promise, READ_AHEAD.late);
      await promise;
      return "done";
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Reads until `done` resolves or `most` bytes are there, and returns why it
   * ended. May leave a read pending, which {@linkcode read} takes over.
   */
  async ahead(done: Promise<void>, most: number): Promise<AheadEnd> {
    const decoder = this.#decoder;
    const finished = done.then(() => "done" as const);
    while (decoder.pending < most) {
      const reading = this.read();
      const next = await Promise.race([
        finished,
        reading.catch((error) =>
          error instanceof Error ? error : new Error(`${error}`)
        ),
      ]);
      if (next === "done") {
        this.#reading = reading;
        return next;
      }
      if (next === null) return "closed";
      if (next instanceof Error) return next;
      decoder.filled(next);
    }
    return "full";
  }
}
