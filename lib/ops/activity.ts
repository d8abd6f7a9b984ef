/**
 * Records what the event loop is doing, so that the cause of a stall can be
 * reported: afterwards from here, or immediately from the watchdog's thread,
 * which reads the same memory.
 *
 * @module
 */

const BEAT = 0;
const TASK = 1;
const TYPE = 2;
const SESSION = 3;

/** Kinds of work by number; 1 is a packet, which is described separately. */
export const TASKS = [
  "nothing known",
  "a packet",
  "deadlines",
  "deferred writes",
] as const;
export type Task = typeof TASKS[number];

/** Milliseconds from which a turn of the loop counts as a stall. */
export const STALL_MS = 2000;

interface Work {
  readonly task: number;
  readonly type: number;
  readonly session: number;
}

export class Activity {
  /** Four 32-bit cells: the number of beats, and the current work. */
  readonly memory = new SharedArrayBuffer(16);
  readonly #cells = new Int32Array(this.memory);
  #startedAt = 0;
  #beatAt = 0;
  /** The current or latest work when a long gap began. */
  #suspect: Work | undefined;

  constructor(readonly stallMs = STALL_MS) {}

  /**
   * Must be called by a timer. Reports whether the loop has stalled since the
   * last call: for how long, and during which work.
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

  /** Records that a packet of `type` from a session is being handled. */
  packet(type: number, session: number, now: number): void {
    this.#begin(1, now);
    this.#cells[TYPE] = type;
    this.#cells[SESSION] = session;
  }

  /** Records that other work begins. */
  task(task: Task, now: number): void {
    this.#begin(TASKS.indexOf(task), now);
  }

  #begin(task: number, now: number): void {
    // The clock is not read at the end of a packet, because that would cost
    // more than many packets do. A gap before the next packet shows the same.
    if (now - this.#startedAt >= this.stallMs) this.#suspect = this.#work();
    this.#startedAt = now;
    this.#cells[TASK] = task;
  }

  #work(): Work {
    const [, task = 0, type = 0, session = 0] = this.#cells;
    return { task, type, session };
  }

  /** Describes the current or latest work. */
  describe(
    nameOf: (type: number) => string | undefined,
    { task, type, session }: Work = this.#work(),
  ): string {
    if (task !== 1) return TASKS[task] ?? TASKS[0];
    return `packet ${nameOf(type) ?? type} of session ${session}`;
  }
}

/** The only instance of this process, which has one event loop. */
export const activity = new Activity();
