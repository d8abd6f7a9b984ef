/**
 * Direct messages on their way to one client. The protocol has no
 * acknowledgement, so arrival is inferred: any packet from the client after a
 * message counts as its arrival (docs/adr/0008).
 *
 * @module
 */
import type { OfflineMessage } from "./store.ts";

export type Message = Omit<OfflineMessage, "id">;

/** The most messages kept after the operating system has taken them. */
const MOST_WRITTEN = 200;

/**
 * How a session ended. `clean`: the client signed off or closed its side.
 * `dead`: silence or an error shows that the client is gone. `unclear`: the
 * server ended it, and the client has not answered.
 */
export type Ending = "clean" | "unclear" | "dead";

export class InFlight {
  readonly #unwritten = new Set<Message>();
  /** Handed to the operating system, oldest first; `at` is a steady time. */
  #written: { readonly message: Message; readonly at: number }[] = [];

  /** Messages that may still be lost. */
  get size(): number {
    return this.#unwritten.size + this.#written.length;
  }

  /** A message was queued for the client. */
  sent(message: Message): void {
    this.#unwritten.add(message);
  }

  /** The operating system has taken the message's bytes. */
  written(message: Message, now: number): void {
    this.#unwritten.delete(message);
    this.#written.push({ message, at: now });
    if (this.#written.length > MOST_WRITTEN) this.#written.shift();
  }

  /**
   * A packet from the client arrived, so what was written before has arrived
   * too.
   */
  arrived(): void {
    if (this.#written.length > 0) this.#written = [];
  }

  /**
   * Forgets all messages and returns those that may not have arrived, oldest
   * first. `again` means that the client may have the message already. Unless
   * the client is known to be dead, only messages of the last `windowMs` count.
   */
  lost(
    ending: Ending,
    now: number,
    windowMs: number,
  ): { readonly message: Message; readonly again: boolean }[] {
    const written = ending === "clean" || windowMs === 0
      ? []
      : this.#written.filter(({ at }) =>
        ending === "dead" || now - at <= windowMs
      );
    const lost = [
      ...written.map(({ message }) => ({ message, again: true })),
      ...[...this.#unwritten].map((message) => ({ message, again: false })),
    ];
    this.#written = [];
    this.#unwritten.clear();
    return lost;
  }
}
