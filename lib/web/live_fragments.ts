/**
 * Pages that change while they are looked at: named pieces of HTML, made at
 * most once a second however many people look, and sent to all of them as the
 * same bytes when they differ.
 *
 * @module
 */
import type { Logger } from "../ops/log.ts";
import type { Html } from "./html.ts";

export interface Fragment {
  readonly text: string;
  /** It is sent again when this differs. */
  readonly key: string;
  /** It lies in another fragment, which brings it along at the start. */
  readonly inner: boolean;
}

/** Each by the id of the element that it replaces; outer before inner ones. */
export type Fragments = ReadonlyMap<string, Fragment>;

export function fragment(html: Html, key?: string): Fragment {
  const text = compact(html);
  return { text, key: key ?? text, inner: false };
}

export function innerFragment(html: Html): Fragment {
  const text = compact(html);
  return { text, key: text, inner: true };
}

/** Without the indentation of our templates, which is sent very often. */
function compact(html: Html): string {
  return String(html).trim().replace(/\n\s+/g, "\n");
}

export interface Viewer {
  /** Gets what ends the stream. */
  readonly started?: (end: () => void) => void;
  /** Asked before each piece: false ends the stream. */
  mayWatch?(): boolean;
  ended(): void;
}

interface Stream {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  readonly viewer: Viewer;
}

const TICK_MS = 1000;
/** Younger fragments are good enough for a new stream. */
const FRESH_MS = 25;
const HEARTBEAT_TICKS = 20;
/** Chunks that may wait for a slow browser; it gets everything again later. */
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

  /** Not older than a second. */
  current(): Fragments {
    const now = performance.now();
    // While streams are open the tick alone makes them, so that what a new
    // stream begins with is what the next difference is taken from.
    if (this.#timer === null && now - this.#madeAt >= TICK_MS) {
      this.#show(this.#make());
    }
    return this.#shown;
  }

  get watchers(): number {
    return this.#streams.size;
  }

  /** Server-sent events: everything first, then what changes. */
  open(viewer: Viewer): ReadableStream<Uint8Array> {
    // A page that was just made must not fall back to what was before it.
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

  /** Ends all streams: the server is going down. */
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
      // Its reader went away at this very moment.
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

/** The headers of an event stream: neither kept nor packed on the way. */
export const STREAM_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};
