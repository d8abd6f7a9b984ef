/**
 * Live pages: named pieces of HTML that are rendered at most once a second,
 * however many users watch, and sent to all of them as the same bytes when they
 * change.
 *
 * @module
 */
import type { Logger } from "../ops/log.ts";
import type { Html } from "./html.ts";

export interface Fragment {
  readonly text: string;
  /** The fragment is sent again when this changes. */
  readonly key: string;
  /** True when another fragment contains it, which includes it at the start. */
  readonly inner: boolean;
}

/**
 * Fragments by the id of the element that they replace; outer before inner
 * ones.
 */
export type Fragments = ReadonlyMap<string, Fragment>;

export function fragment(html: Html, key?: string): Fragment {
  const text = compact(html);
  return { text, key: key ?? text, inner: false };
}

export function innerFragment(html: Html): Fragment {
  const text = compact(html);
  return { text, key: text, inner: true };
}

/**
 * Removes the indentation of our templates, because it would be sent very
 * often.
 */
function compact(html: Html): string {
  return String(html).trim().replace(/\n\s+/g, "\n");
}

export interface Viewer {
  /** Receives the function that ends the stream. */
  readonly started?: (end: () => void) => void;
  /** Called before each piece; false ends the stream. */
  mayWatch?(): boolean;
  ended(): void;
}

interface Stream {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  readonly viewer: Viewer;
}

const TICK_MS = 1000;
/** Fragments younger than this are used for a new stream. */
const FRESH_MS = 25;
const HEARTBEAT_TICKS = 20;
/**
 * Pieces that may wait for a slow browser; it receives everything again later.
 */
const MOST_WAITING = 8;

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(": still here\n\n");
const RETRY = "retry: 3000\n\n";

export class LiveFragments {
  readonly #make: () => Fragments;
  readonly #log: Logger;
  readonly #streams = new Set<Stream>();
  #shown: Fragments = new Map();
  #madeAt = -Infinity;
  #whole: Uint8Array | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  #ticks = 0;

  constructor(make: () => Fragments, log: Logger) {
    this.#make = make;
    this.#log = log;
  }

  /** Returns fragments at most one second old. */
  current(): Fragments {
    const now = performance.now();
    // While streams are open only the timer renders, so that a new stream
    // begins with exactly the fragments that the next difference is based on.
    if (this.#timer === null && now - this.#madeAt >= TICK_MS) {
      this.#show(this.#make());
    }
    return this.#shown;
  }

  get watchers(): number {
    return this.#streams.size;
  }

  /**
   * Opens a stream of server-sent events: everything first, then the changes.
   */
  open(viewer: Viewer): ReadableStream<Uint8Array> {
    // A page that was just rendered must not fall back to an older state.
    if (performance.now() - this.#madeAt >= FRESH_MS) this.#tick();
    const first = this.#wholeEvent();
    let stream: Stream;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        stream = { controller, viewer };
        this.#streams.add(stream);
        viewer.started?.(() => this.#end(stream));
        controller.enqueue(first);
        this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
      },
      cancel: () => this.#forget(stream),
    }, { highWaterMark: MOST_WAITING });
  }

  /** Ends all streams at shutdown. */
  close(): void {
    for (const stream of [...this.#streams]) this.#end(stream);
  }

  #tick(): void {
    try {
      const before = this.#shown;
      this.#show(this.#make());
      const changed = [...this.#shown].filter(([id, one]) =>
        before.get(id)?.key !== one.key
      );
      if (changed.length > 0) this.#send(eventOf(changed));
      else if (++this.#ticks % HEARTBEAT_TICKS === 0) this.#send(HEARTBEAT);
      else this.#dismiss();
    } catch (error) {
      this.#log.error("live page", { error: String(error) });
    }
  }

  #show(fragments: Fragments): void {
    this.#shown = fragments;
    this.#madeAt = performance.now();
    this.#whole = null;
  }

  #wholeEvent(): Uint8Array {
    const current = this.current();
    return this.#whole ??= eventOf(
      [...current].filter(([, one]) => !one.inner),
      RETRY,
    );
  }

  #dismiss(): void {
    for (const stream of this.#streams) {
      if (stream.viewer.mayWatch?.() === false) this.#end(stream);
    }
  }

  #send(bytes: Uint8Array): void {
    this.#dismiss();
    for (const stream of this.#streams) {
      if ((stream.controller.desiredSize ?? 0) <= 0) this.#end(stream);
      else stream.controller.enqueue(bytes);
    }
  }

  #end(stream: Stream): void {
    this.#forget(stream);
    try {
      stream.controller.close();
    } catch {
      // The reader disconnected at this moment.
    }
  }

  #forget(stream: Stream): void {
    if (!this.#streams.delete(stream)) return;
    stream.viewer.ended();
    if (this.#streams.size === 0 && this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
  }
}

function eventOf(
  fragments: readonly (readonly [string, Fragment])[],
  head = "",
): Uint8Array {
  const data = JSON.stringify(
    fragments.map(([id, one]) => [id, one.text]),
  );
  return encoder.encode(`${head}event: fragments\ndata: ${data}\n\n`);
}

/**
 * The headers of an event stream, which must be neither cached nor compressed.
 */
export const STREAM_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};
