/**
 * Records every message that was sent and received during a soak test, and
 * every fault.
 *
 * @module
 */

interface Letter {
  readonly from: number;
  readonly to: number;
  /**
   * Whether the server has answered a later packet, which confirms this one.
   */
  accepted: boolean;
  received: number;
}

const MOST_FAULTS = 50;

export class Ledger {
  readonly faults: string[] = [];
  readonly #letters = new Map<string, Letter>();
  #nextLetter = 1;
  lines = 0;
  linesHeard = 0;
  voiceHeard = 0;
  signOns = 0;
  /**
   * Number of times the server was killed; after a kill a message may arrive
   * twice.
   */
  kills = 0;

  fault(what: string): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push(what);
  }

  /** Returns the text of a new instant message. */
  write(from: number, to: number): string {
    const id = String(this.#nextLetter++);
    this.#letters.set(id, { from, to, accepted: false, received: 0 });
    return `letter ${id} from ${from} to ${to}`;
  }

  /** Marks these texts as accepted by the server. */
  accepted(texts: readonly string[]): void {
    for (const text of texts) {
      const letter = this.#letters.get(text.split(" ")[1] ?? "");
      if (letter !== undefined) letter.accepted = true;
    }
  }

  /**
   * Records that `reader` has received a text that claims to come from
   * `sender`.
   */
  received(reader: number, sender: number, text: string): void {
    const match = /^letter (\d+) from (\d+) to (\d+)$/.exec(text);
    if (match === null) return;
    const letter = this.#letters.get(match[1]!);
    if (letter === undefined) return this.fault(`unknown letter: ${text}`);
    if (letter.to !== reader) this.fault(`${reader} received: ${text}`);
    if (letter.from !== sender) this.fault(`${sender} is named for: ${text}`);
    letter.received++;
    if (letter.received > 1 && this.kills === 0) {
      this.fault(`received ${letter.received} times: ${text}`);
    }
  }

  /**
   * Checks that nothing is missing, after everybody has fetched their waiting
   * messages.
   */
  close(): void {
    for (const [id, { accepted, received, from, to }] of this.#letters) {
      if (accepted && received === 0) {
        this.fault(`lost: letter ${id} from ${from} to ${to}`);
      }
    }
  }

  get letters(): { written: number; received: number } {
    let received = 0;
    for (const letter of this.#letters.values()) {
      if (letter.received > 0) received++;
    }
    return { written: this.#letters.size, received };
  }
}
