/**
 * The writing side of a WebSocket: one frame at a time, nothing after a Close
 * frame.
 *
 * @module
 */
import { writeAll } from "../write_all.ts";
import {
  closePayload,
  encodeFrame,
  type Opcode,
  sharedFrame,
} from "./frames.ts";

/**
 * Longest message sent, in bytes: short ones show whether a slow reader makes
 * progress.
 */
const FRAME_BYTES = 16_384;

export class FrameWriter {
  readonly #stream: Pick<Deno.Conn, "write">;
  #writing = false;
  /** The frame that `write` is writing, and the bytes of its payload. */
  #frame: Uint8Array | undefined;
  #payload = 0;
  readonly #onWritten = (sent: number): number | Promise<number> => {
    const frame = this.#frame!;
    const payload = this.#payload;
    this.#frame = undefined;
    if (sent < frame.length) {
      return this.#writeRest(frame.subarray(sent), payload);
    }
    this.#release();
    return payload;
  };
  readonly #onFailed = (error: unknown): never => {
    this.#frame = undefined;
    this.#release();
    throw error;
  };
  /** Frames waiting for the one being written. */
  #turns: (() => void)[] | undefined;
  #closeSent = false;

  constructor(stream: Pick<Deno.Conn, "write">) {
    this.#stream = stream;
  }

  /**
   * Writes the beginning of `bytes` as a binary message and resolves to its
   * length. `bytes` must not change later, because the frame may serve other
   * wires too.
   */
  write(bytes: Uint8Array): Promise<number> {
    const part = bytes.length > FRAME_BYTES
      ? bytes.subarray(0, FRAME_BYTES)
      : bytes;
    if (this.#writing || this.#closeSent) return this.#writeInTurn(part);
    // Fan-out pays for each function and promise here: nearly always no other
    // frame is being written, and the system takes the whole frame at once.
    this.#writing = true;
    const frame = this.#frame = sharedFrame(part);
    this.#payload = part.length;
    try {
      return this.#stream.write(frame).then(this.#onWritten, this.#onFailed);
    } catch (error) {
      this.#release();
      return Promise.reject(error);
    }
  }

  async #writeInTurn(part: Uint8Array): Promise<number> {
    if (this.#closeSent) throw new Deno.errors.BrokenPipe("closing");
    await this.#acquire();
    try {
      if (this.#closeSent) throw new Deno.errors.BrokenPipe("closing");
      await writeAll(this.#stream, sharedFrame(part));
    } finally {
      this.#release();
    }
    return part.length;
  }

  async #writeRest(frame: Uint8Array, payload: number): Promise<number> {
    try {
      await writeAll(this.#stream, frame);
    } finally {
      this.#release();
    }
    return payload;
  }

  /** Sends a Close frame; only the first one counts. */
  async close(code: number, reason = ""): Promise<void> {
    if (this.#closeSent) return;
    const sending = this.#send("close", closePayload(code, reason));
    this.#closeSent = true;
    await sending;
  }

  /**
   * Queues a frame that no caller waits for; each kind is sent one at a time.
   */
  sendLater(opcode: Opcode, payload: Uint8Array | (() => Uint8Array)): void {
    this.#send(opcode, payload).catch(() => {
      // The owner's next read or write reports it.
    });
  }

  async #send(
    opcode: Opcode,
    payload: Uint8Array | (() => Uint8Array),
  ): Promise<void> {
    if (this.#closeSent) throw new Deno.errors.BrokenPipe("closing");
    await this.#acquire();
    try {
      // Nothing follows a Close frame.
      if (this.#closeSent && opcode !== "close") return;
      const data = typeof payload === "function" ? payload() : payload;
      await writeAll(this.#stream, encodeFrame(opcode, data));
    } finally {
      this.#release();
    }
  }

  /**
   * Waits for the turn to write a frame; undefined when it is this frame's turn
   * already.
   */
  #acquire(): Promise<void> | undefined {
    if (this.#writing) {
      return new Promise((resolve) => (this.#turns ??= []).push(resolve));
    }
    this.#writing = true;
    return undefined;
  }

  #release(): void {
    const next = this.#turns?.shift();
    if (next === undefined) this.#writing = false;
    else next();
  }
}
