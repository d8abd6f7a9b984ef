/**
 * Finds out which lines have arrived, and whether the connection still works:
 * the server answers questions in the order of what was sent.
 *
 * @module
 */
import type { Line } from "./model.ts";

/** After a line, the question that shows it was dealt with. */
const ASK_MS = 300;
/** Without an answer for so long the network is gone, whatever it says. */
const ANSWER_MS = 12_000;

export class Delivery {
  readonly #question: () => void;
  readonly #giveUp: () => void;
  /** For each question under way, the lines that were sent before it. */
  #questions: Line[][] = [];
  #unasked: Line[] = [];
  readonly #types = new WeakMap<Line, number>();
  #asking: ReturnType<typeof setTimeout> | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  /** `question` asks the server; `giveUp` ends a connection without answer. */
  constructor(question: () => void, giveUp: () => void) {
    this.#question = question;
    this.#giveUp = giveUp;
  }

  /** A line was sent by a packet of this type. */
  sent(line: Line, type: number): void {
    this.#types.set(line, type);
    this.#unasked.push(line);
    this.#asking ??= setTimeout(() => {
      this.#asking = undefined;
      if (this.#unasked.length > 0) this.ask();
    }, ASK_MS);
  }

  ask(): void {
    this.#questions.push(this.#unasked);
    this.#unasked = [];
    this.#question();
    this.#waiting ??= this.#wait();
  }

  /** The oldest question is answered. */
  confirmed(): void {
    for (const line of this.#questions.shift() ?? []) {
      if (line.delivery === "sending") line.delivery = "sent";
    }
  }

  /** The server has refused a packet of this type, but does not say which. */
  refused(type: number): void {
    const lines = [...this.#questions.flat(), ...this.#unasked].filter((line) =>
      line.delivery === "sending" && this.#types.get(line) === type
    );
    const delivery = lines.length === 1 ? "refused" : "unsure";
    for (const line of lines) line.delivery = delivery;
  }

  /** Anything has come from the server. */
  heard(): void {
    this.#stop();
    if (this.#questions.length > 0) this.#waiting = this.#wait();
  }

  /** The connection has ended. */
  reset(): void {
    this.#stop();
    clearTimeout(this.#asking);
    this.#asking = undefined;
    this.#questions = [];
    this.#unasked = [];
  }

  #wait(): ReturnType<typeof setTimeout> {
    return setTimeout(this.#giveUp, ANSWER_MS);
  }

  #stop(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
  }
}
