/**
 * One picture that a client watches: fetched again and again until the view
 * is closed (docs/protocol.md, "Room video").
 *
 * @module
 */
import { encodeCounter } from "../protocol/video_port.ts";
import { pause } from "./pause.ts";
import { Inbox } from "./inbox.ts";
import { fetchPicture, type OpenVideo, sayHello } from "./video_link.ts";

/** Start of the counter of each view. */
export const FIRST_COUNTER = 1000;
/** Failures in a row after which the client gives up, and the pause between. */
export const MOST_FAILURES = 5;
export const FAILURE_PAUSE_MS = 1500;

/** Why a view is closed: by this client, by the server, or after failures. */
export type Closing = "by the viewer" | "by the server" | "failed";

export interface ViewOptions {
  readonly publisher: number;
  readonly viewer: number;
  readonly open: OpenVideo;
  /** Milliseconds between a picture and the next request. */
  readonly intervalMs: number;
  readonly failurePauseMs: number;
  /** False if a new picture replaces one that was not taken. */
  readonly keepsAll: boolean;
  readonly onFailed: () => void;
}

export class VideoView {
  readonly pictures = new Inbox<Uint8Array>(({ length }) => `${length} bytes`);
  /** Number of pictures received. */
  count = 0;
  readonly failures: unknown[] = [];
  readonly #options: ViewOptions;
  readonly #closed = Promise.withResolvers<Closing>();
  #isOpen = true;

  constructor(options: ViewOptions) {
    this.#options = options;
    void this.#run();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get closed(): Promise<Closing> {
    return this.#closed.promise;
  }

  /** Takes the next picture. */
  next(timeoutMs?: number): Promise<Uint8Array> {
    return this.pictures.next(() => true, "a picture", timeoutMs);
  }

  close(why: Closing): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.pictures.fail(new Error(`the view is closed ${why}`));
    this.#closed.resolve(why);
  }

  async #run(): Promise<void> {
    const { open, publisher, viewer, intervalMs, keepsAll } = this.#options;
    let counter = FIRST_COUNTER;
    let offset: number;
    try {
      offset = await sayHello(open, {
        kind: "viewer hello",
        publisher,
        viewer,
      });
    } catch (error) {
      // The slot stays blank, and the client does not try again.
      this.failures.push(error);
      return;
    }
    let failed = 0;
    while (this.#isOpen) {
      try {
        const digits = encodeCounter(counter++, offset);
        const picture = await fetchPicture(open, publisher, viewer, digits);
        if (!this.#isOpen) return;
        failed = 0;
        this.count++;
        if (!keepsAll) this.pictures.drain();
        this.pictures.put(picture);
        await pause(intervalMs);
      } catch (error) {
        this.failures.push(error);
        if (++failed >= MOST_FAILURES) {
          this.close("failed");
          this.#options.onFailed();
          return;
        }
        await pause(this.#options.failurePauseMs);
      }
    }
  }
}
