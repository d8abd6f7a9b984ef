/**
 * What the event loop is doing: for telling what held it up, afterwards from
 * here, or at once from the watchdog's thread, which can read the same memory.
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

/** From how many milliseconds on a turn of the loop is a stall. */
export const STALL_MS = 2000;

interface Work {
  readonly task: number;
  readonly type: number;
  readonly session: number;
}

export class Activity {
  /** Four 32-bit cells: beats, and the work under way. */
  readonly memory = new SharedArrayBuffer(16);
  readonly #cells = new Int32Array(this.memory);
  #startedAt = 0;
  #beatAt = 0;
  /** What was under way, or last was, when a long gap began. */
  #suspect: Work | undefined;

  constructor(readonly stallMs = STALL_MS) {}

  /**
   * To be called by a timer. Tells when the loop stood still since the last
   * time: for how long, and during what work.
   */
  beat(now: number): { ms: number; work: Work } | undefined {
    Atomics.add(this.#cells, BEAT, 1);
    const ms = now - this.#beatAt;
    const first = this.#beatAt === 0;
    this.#beatAt = now;
    const work = this.#suspect ?? this.#work();
    this.#suspect = undefined;
    return !first && ms >= this.stallMs ? { ms, work } : undefined;
  }

  /** A packet of `type` from a session is taken up. */
  packet(type: number, session: number, now: number): void {
    this.#begin(1, now);
    this.#cells[TYPE] = type;
    this.#cells[SESSION] = session;
  }

  /** Some other work begins. */
  task(task: Task, now: number): void {
    this.#begin(TASKS.indexOf(task), now);
  }

  #begin(task: number, now: number): void {
    // No clock is read at the end of a packet: that would cost more than many
    // a packet does. A gap before the next one says as much.
    if (now - this.#startedAt >= this.stallMs) this.#suspect = this.#work();
    this.#startedAt = now;
    this.#cells[TASK] = task;
  }

  #work(): Work {
    const [, task = 0, type = 0, session = 0] = this.#cells;
    return { task, type, session };
  }

  /** What is under way, or last was, in words. */
  describe(
    nameOf: (type: number) => string | undefined,
    { task, type, session }: Work = this.#work(),
  ): string {
    if (task !== 1) return TASKS[task] ?? TASKS[0];
    return `packet ${nameOf(type) ?? type} of session ${session}`;
  }
}

/** The one of this process: there is one event loop. */
export const activity = new Activity();
