/**
 * Tracks which lines have been delivered, and whether the connection still
 * works. The server answers questions in order, so an answer confirms
 * everything sent before its question.
 *
 * @module
 */
import type { Line } from "./model.ts";

/** Delay in milliseconds between a line and the question that confirms it. */
const ASK_MS = 300;
/** Milliseconds without an answer after which the connection counts as dead. */
const ANSWER_MS = 12_000;

export class Delivery {
  readonly #question: () => void;
  readonly #giveUp: () => void;
  /** Lines sent before each pending question. */
  #questions: Line[][] = [];
  #unasked: Line[] = [];
  readonly #types = new WeakMap<Line, number>();
  #asking: ReturnType<typeof setTimeout> | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param question sends a question
   * @param giveUp closes a dead connection
   */
  constructor(question: () => void, giveUp: () => void) {
    this.#question = question;
    this.#giveUp = giveUp;
  }

  /** Notes that a line was sent by a packet of this type. */
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

  /** Handles the answer to the oldest question. */
  confirmed(): void {
    for (const line of this.#questions.shift() ?? []) {
      if (line.delivery === "sending") line.delivery = "sent";
    }
  }

  /** Handles a refusal, which names the packet's type but not the line. */
  refused(type: number): void {
    const lines = [...this.#questions.flat(), ...this.#unasked].filter((line) =>
      line.delivery === "sending" && this.#types.get(line) === type
    );
    const delivery = lines.length === 1 ? "refused" : "unsure";
    for (const line of lines) line.delivery = delivery;
  }

  /** Notes that data has arrived from the server. */
  heard(): void {
    this.#stop();
    if (this.#questions.length > 0) this.#waiting = this.#wait();
  }

  /** Forgets all questions after the connection has ended. */
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
