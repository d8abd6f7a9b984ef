/**
 * Watches the event loop from a thread of its own: when the loop stands still
 * it says so at once, and what the loop was doing, which the loop itself could
 * not.
 *
 * @module
 */
import { type Activity, activity as ours, TASKS } from "./activity.ts";

/** The loop has not turned for `ms`, or turns again after that. */
export interface Stall {
  readonly ms: number;
  /** It turns again. */
  readonly over: boolean;
  readonly doing: string;
}

export interface WatchdogOptions {
  /** Names packet types in what it says. */
  readonly nameOf: (type: number) => string | undefined;
  /** Called when the loop turns again. */
  readonly onStall: (stall: Stall) => void;
  readonly stallMs?: number;
  readonly activity?: Activity;
  /** As the log: for people, or one JSON object a line. */
  readonly format?: "text" | "json";
}

const STALL_MS = 2000;
const BEATS_PER_STALL = 8;

export class Watchdog implements Disposable {
  readonly #worker: Worker;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #url: string;

  constructor(options: WatchdogOptions) {
    const { nameOf, onStall, stallMs = STALL_MS, activity = ours } = options;
    // In one piece, as text: the compiled program has no file for it.
    const source = `(${watch})(${names(nameOf)})`;
    this.#url = URL.createObjectURL(
      new Blob([source], { type: "application/javascript" }),
    );
    this.#worker = new Worker(this.#url, { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<Stall>) => onStall(data);
    this.#worker.postMessage({
      memory: activity.memory,
      tasks: TASKS,
      stallMs,
      format: options.format ?? "text",
    });
    this.#timer = setInterval(() => activity.beat(), stallMs / BEATS_PER_STALL);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#worker.terminate();
    URL.revokeObjectURL(this.#url);
  }
}

/** Every packet's name under its number, as source text. */
function names(nameOf: (type: number) => string | undefined): string {
  const known: Record<number, string> = {};
  for (let type = -32768; type < 0; type++) {
    const name = nameOf(type);
    if (name !== undefined) known[type] = name;
  }
  return JSON.stringify(known);
}

/** Runs in the thread: uses nothing from outside its own text. */
function watch(names: Record<number, string>): void {
  const scope = self as unknown as {
    onmessage: (event: MessageEvent) => void;
    postMessage(stall: object): void;
  };
  scope.onmessage = ({ data }) => {
    const cells = new Int32Array(data.memory as SharedArrayBuffer);
    const { stallMs, tasks, format } = data as {
      stallMs: number;
      tasks: readonly string[];
      format: string;
    };
    const every = stallMs / 4;
    let beat = Atomics.load(cells, 0);
    let since = performance.now();
    let looked = since;
    let said = 0;
    let doing = "";
    setInterval(() => {
      const now = performance.now();
      // The whole machine slept, or this thread got no turn: nobody's stall.
      if (now - looked > 2 * stallMs) since = now;
      looked = now;
      const fresh = Atomics.load(cells, 0);
      const ms = Math.round(now - since);
      if (fresh !== beat) {
        if (said > 0) scope.postMessage({ ms, doing, over: true });
        beat = fresh;
        since = now;
        said = 0;
      } else if (ms >= Math.max(stallMs, 2 * said)) {
        said = ms;
        // As Activity lays them out: beat, task, type, session.
        const [, task = 0, type = 0, session = 0] = cells;
        doing = task === 1
          ? `packet ${names[type] ?? type} of session ${session}`
          : tasks[task] ?? "";
        say(ms, doing);
      }
    }, every);

    const say = (ms: number, doing: string) => {
      const time = new Date().toISOString();
      const message = "the event loop stands still";
      const line = format === "json"
        ? JSON.stringify({
          time,
          level: "error",
          category: "watchdog",
          message,
          ms,
          doing,
        })
        : `${time} ERROR   watchdog: ${message} ms=${ms} doing="${doing}"`;
      Deno.stderr.writeSync(new TextEncoder().encode(line + "\n"));
    };
  };
}
