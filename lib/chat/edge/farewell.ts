/**
 * The end of a connection that the server closes: last words, the rest of the
 * queue, and the end of the write side.
 *
 * @module
 */
import type { Wire } from "../../net/wire.ts";
import { serverError } from "../../protocol/packets/system.ts";
import type { Line } from "./line.ts";
import type { Outbox } from "./outbox.ts";
import type { Translator } from "./translator.ts";

/** Time that a closing connection has to write its queue, in milliseconds. */
const FAREWELL_MS = 1500;
/**
 * Time after sealing, in milliseconds, within which bytes under way arrive, and
 * a client that takes our FIN for the end has closed its side.
 */
const SETTLE_MS = 400;

export class Farewell {
  readonly #line: Pick<Line, "session" | "push" | "flush">;
  readonly #wire: Wire;
  readonly #outbox: Outbox;
  readonly #translator: Translator;
  /** Since when nothing more may be written; -1: writing is allowed. */
  #sealedAt = -1;
  #finSent = false;
  #ended = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Timer until the FIN may be sent. */
  #delay: ReturnType<typeof setTimeout> | undefined;

  constructor(
    line: Pick<Line, "session" | "push" | "flush">,
    wire: Wire,
    outbox: Outbox,
    translator: Translator,
  ) {
    this.#line = line;
    this.#wire = wire;
    this.#outbox = outbox;
    this.#translator = translator;
  }

  /**
   * Milliseconds between the last words and the FIN, for a client that acts on
   * whichever it finds first.
   */
  get #finAfterMs(): number {
    return this.#line.session.dialect.finAfterMs ?? 0;
  }

  /** True when nothing more may be written. */
  get isSealed(): boolean {
    return this.#sealedAt >= 0;
  }

  /** Writes the last words and the queue, and nothing after them. */
  seal(now: number): void {
    if (this.isSealed) return;
    this.#say("The server restarts. Please sign on again in a minute.");
    this.#sealedAt = now;
    // The next read reports an error.
    void this.#finish(() => {});
  }

  /** Returns whether it was sealed a while ago and everything is written. */
  isSettled(now: number): boolean {
    return this.isSealed && this.#outbox.waiting === 0 &&
      now - this.#sealedAt >= Math.max(SETTLE_MS, this.#finAfterMs);
  }

  /** Ends the connection when its time is up. */
  limit(end: () => void, ms = FAREWELL_MS): void {
    this.#timer ??= setTimeout(end, ms);
  }

  /** Writes the last words and the queue, and closes the write side. */
  async close(end: () => void): Promise<void> {
    this.limit(end, FAREWELL_MS + this.#finAfterMs);
    this.#say("The connection was closed.");
    await this.#finish(end);
  }

  /** Queues last words for a client that would not notice the end. */
  #say(text: string): void {
    if (
      this.#finAfterMs > 0 && !this.#translator.toldEnd &&
      !this.#line.session.saidGoodbye
    ) this.#line.push(serverError.frame({ text }));
    this.#line.flush();
  }

  /**
   * Waits until the queue is written, and closes the write side. Calls `failed`
   * when that is impossible.
   */
  async #finish(failed: () => void): Promise<void> {
    const finAfterMs = this.#finAfterMs;
    await this.#outbox.drained();
    if (finAfterMs > 0) {
      await new Promise((resolve) =>
        this.#delay = setTimeout(resolve, finAfterMs)
      );
    }
    if (this.#ended || this.#finSent) return;
    this.#finSent = true;
    try {
      await this.#wire.closeWrite();
    } catch {
      failed();
    }
  }

  /** The connection has ended. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#delay);
  }
}
