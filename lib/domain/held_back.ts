/**
 * Messages that a client holds back until it is told whose they are
 * (docs/protocol.md, "Messages").
 *
 * @module
 */
import type { Uid } from "./store.ts";

interface Held {
  messages: number;
  told: boolean;
}

/**
 * What one client may be holding back. It asks for the sender of each message
 * that it cannot place, and shows them all at the first answer; an answer to a
 * question that is settled already would open its search window.
 */
export class HeldBack {
  readonly #by = new Map<Uid, Held>();
  #questions = 0;

  /**
   * Whether a question is one that a message of ours calls for. A full mailbox
   * makes the client ask a hundred times at once, which is not its fault: such
   * questions do not count towards its rate, and each message's sender is told.
   */
  takeQuestion(): boolean {
    if (this.#questions === 0) return false;
    this.#questions--;
    return true;
  }

  /** A message of `from` goes out, whom the client knows or not. */
  sent(from: Uid, known: boolean): void {
    if (!known) this.#questions++;
    const held = this.#by.get(from);
    if (known) this.#by.delete(from);
    else if (held === undefined || held.told) {
      this.#by.set(from, { messages: 1, told: false });
    } else held.messages++;
  }

  /** The client asks who `from` is: whether it still waits for an answer. */
  asked(from: Uid): boolean {
    const held = this.#by.get(from);
    if (held === undefined) return true;
    if (!held.told) {
      held.told = true;
      return true;
    }
    if (--held.messages > 0) return false;
    this.#by.delete(from);
    return true;
  }
}
