/**
 * Reports when the event loop has stalled, and during which work. With a thread
 * of its own it reports immediately, which the loop itself could not.
 *
 * @module
 */
import { moduleUrl } from "./module_url.ts";
import { type Activity, activity as ours, TASKS } from "./activity.ts";

export interface Stall {
  readonly ms: number;
  /** A description of the work. */
  readonly doing: string;
}

export interface WatchdogOptions {
  /** Returns the name of a packet type, for the report. */
  readonly nameOf: (type: number) => string | undefined;
  /** Called when the loop runs again. */
  readonly onStall: (stall: Stall) => void;
  readonly activity?: Activity;
  /** Also watch from a thread, which costs 20 MB and writes to stderr. */
  readonly thread?: boolean;
  /** As the log: for people, or one JSON object a line. */
  readonly format?: "text" | "json";
}

const BEATS_PER_STALL = 8;

export class Watchdog implements Disposable {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #thread: Worker | undefined;

  constructor(options: WatchdogOptions) {
    const { nameOf, onStall, activity = ours } = options;
    if (options.thread === true) this.#thread = startThread(options, activity);
    activity.beat(performance.now());
    this.#timer = setInterval(() => {
      const stall = activity.beat(performance.now());
      if (stall === undefined) return;
      const { ms, work } = stall;
      onStall({ ms, doing: activity.describe(nameOf, work) });
    }, activity.stallMs / BEATS_PER_STALL);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#thread?.terminate();
  }
}

function startThread(
  options: WatchdogOptions,
  activity: Activity,
): Worker {
  const source = `(${watch})(${names(options.nameOf)})`;
  const worker = new Worker(moduleUrl(source), { type: "module" });
  worker.postMessage({
    memory: activity.memory,
    tasks: TASKS,
    stallMs: activity.stallMs,
    format: options.format ?? "text",
  });
  return worker;
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
    setInterval(() => {
      const now = performance.now();
      // The whole machine slept, or this thread was not scheduled: not a stall.
      if (now - looked > 2 * stallMs) since = now;
      looked = now;
      const fresh = Atomics.load(cells, 0);
      const ms = Math.round(now - since);
      if (fresh !== beat) {
        beat = fresh;
        since = now;
        said = 0;
      } else if (ms >= Math.max(stallMs, 2 * said)) {
        said = ms;
        // In the layout of Activity: beat, task, type, session.
        const [, task = 0, type = 0, session = 0] = cells;
        say(
          ms,
          task === 1
            ? `packet ${names[type] ?? type} of session ${session}`
            : tasks[task] ?? "",
        );
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
