/**
 * What the event loop is doing at this moment, in memory that the watchdog's
 * thread can read while the loop stands still.
 *
 * @module
 */

const BEAT = 0;
const TASK = 1;
const TYPE = 2;
const SESSION = 3;

/** Kinds of work by number; 1 is a packet, told in words of its own. */
export const TASKS = [
  "nothing known",
  "a packet",
  "deadlines",
  "deferred writes",
] as const;
export type Task = typeof TASKS[number];

export class Activity {
  readonly memory = new SharedArrayBuffer(16);
  readonly #cells = new Int32Array(this.memory);

  /** The loop is alive: to be called by a timer. */
  beat(): void {
    Atomics.add(this.#cells, BEAT, 1);
  }

  /** A packet of `type` from a session is taken up. */
  packet(type: number, session: number): void {
    const cells = this.#cells;
    cells[TASK] = 1;
    cells[TYPE] = type;
    cells[SESSION] = session;
  }

  /** Some other work begins. */
  task(task: Task): void {
    this.#cells[TASK] = TASKS.indexOf(task);
  }

  /** It has ended. */
  done(): void {
    this.#cells[TASK] = 0;
  }

  /** In words; `nameOf` names a packet's type. */
  describe(nameOf: (type: number) => string | undefined): string {
    const [, task = 0, type = 0, session = 0] = this.#cells;
    if (task !== 1) return TASKS[task] ?? "nothing known";
    return `packet ${nameOf(type) ?? type} of session ${session}`;
  }
}

/** The one of this process: there is one event loop. */
export const activity = new Activity();
