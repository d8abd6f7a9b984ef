/**
 * What was said and what was heard: the soak's memory of every message, and
 * the list of what went wrong.
 *
 * @module
 */

interface Letter {
  readonly from: number;
  readonly to: number;
  /** The server has answered a packet sent after it: it counts as taken. */
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
  /** A message may come twice once the server has been killed. */
  kills = 0;

  fault(what: string): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push(what);
  }

  /** The text of a new instant message. */
  write(from: number, to: number): string {
    const id = String(this.#nextLetter++);
    this.#letters.set(id, { from, to, accepted: false, received: 0 });
    return `letter ${id} from ${from} to ${to}`;
  }

  /** Everything written in these texts has been taken. */
  accepted(texts: readonly string[]): void {
    for (const text of texts) {
      const letter = this.#letters.get(text.split(" ")[1] ?? "");
      if (letter !== undefined) letter.accepted = true;
    }
  }

  /** `reader` has received a text that `sender` is said to have sent. */
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

  /** To be called when everybody has fetched what waited for them. */
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
