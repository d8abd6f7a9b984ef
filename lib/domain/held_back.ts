/**
 * Messages that a client does not show until it knows who sent them
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
 * that it cannot place, and shows all of them at the first answer. A second
 * answer to a settled question would open its search window.
 */
export class HeldBack {
  readonly #by = new Map<Uid, Held>();
  #questions = 0;

  /**
   * Returns whether a question was caused by a message of ours. A full mailbox
   * makes the client ask a hundred times in a row, which is not its fault: such
   * questions do not count towards its rate, and each of them is answered.
   */
  takeQuestion(): boolean {
    if (this.#questions === 0) return false;
    this.#questions--;
    return true;
  }

  /** Takes all such questions, for a gateway that counts them. */
  takeQuestions(): number {
    const count = this.#questions;
    this.#questions = 0;
    return count;
  }

  /** Exempts this many more questions from the rate. */
  grant(count: number): void {
    this.#questions += count;
  }

  /** A message from `from` was sent, whom the client knows or not. */
  sent(from: Uid, known: boolean): void {
    if (!known) this.#questions++;
    const held = this.#by.get(from);
    if (known) this.#by.delete(from);
    else if (held === undefined || held.told) {
      this.#by.set(from, { messages: 1, told: false });
    } else held.messages++;
  }

  /**
   * Returns whether the client, which asks who `from` is, still waits for an
   * answer.
   */
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
