/**
 * The reading side of a connection: bytes of the wire into the frame decoder,
 * also ahead of a packet that still waits.
 *
 * @module
 */
import type { Wire } from "../../net/wire.ts";
import type { FrameDecoder } from "../../protocol/frame.ts";

/** How reading ahead ended: the packet's turn came, or something else did. */
export type AheadEnd = "done" | "closed" | "full" | Error;

export class Intake {
  readonly #wire: Wire;
  readonly #decoder: FrameDecoder;
  /** A read that began while a packet was waiting. */
  #reading: Promise<number | null> | undefined;

  constructor(wire: Wire, decoder: FrameDecoder) {
    this.#wire = wire;
    this.#decoder = decoder;
  }

  /** Reads once; null at the end. The decoder has yet to be told. */
  read(): Promise<number | null> {
    const reading = this.#reading ?? this.#wire.read(this.#decoder.space());
    this.#reading = undefined;
    return reading;
  }

  /** The next read finds the end. */
  hungUp(): void {
    this.#reading = Promise.resolve(null);
  }

  /**
   * Reads until `done`, up to `most` bytes; tells how that ended. May leave a
   * read under way, which {@linkcode read} takes over.
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
