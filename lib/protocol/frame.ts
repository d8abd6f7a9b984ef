/**
 * TCP framing of the chat connection (docs/protocol.md, "Framing").
 *
 * ```text
 * off 0  i16  type     negative from the client as a rule
 * off 2  u16  version  71 from the 5.0 client, 29 from a server; never checked
 * off 4  u16  length   of the payload
 * off 6       payload
 * ```
 *
 * @module
 */

export const HEADER_BYTES = 6;
/** Version word of everything a server sends. */
export const SERVER_VERSION = 29;
/** Version word of the 5.0 client. */
export const CLIENT_VERSION = 71;
/** The client reads the length as a signed number. */
export const MAX_SENT_PAYLOAD = 32767;
export const MAX_RECEIVED_PAYLOAD = 65535;

/** A whole frame from header fields and payload. */
export function encodeFrame(
  type: number,
  payload: Uint8Array,
  version = SERVER_VERSION,
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(frame.buffer);
  view.setInt16(0, type);
  view.setUint16(2, version);
  view.setUint16(4, payload.length);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

export type FrameStatus = "frame" | "incomplete" | "malformed";

/**
 * The buffer size of a connection that says little, which is most of them most
 * of the time.
 */
const RESTING_BYTES = 512;
/**
 * The buffer size of a busy connection, so that one read takes all that has
 * arrived.
 */
const BUSY_BYTES = 32_768;
/**
 * How much a buffer grows when it is full of frames that have not been taken
 * yet.
 */
const MORE_BYTES = 8192;
const GROWTH = 4;
/** After this many small reads in a row the buffer shrinks again. */
const CALM_READS = 8;

/**
 * Reassembles the frames of one connection in one reusable buffer: read into
 * {@linkcode space}, report the number of bytes with {@linkcode filled}, then
 * call {@linkcode next} until it returns "incomplete". The fields of a frame
 * are properties of the decoder, so decoding a frame allocates nothing.
 */
export class FrameDecoder {
  /** Fields of the frame that `next` found; valid until the next call. */
  type = 0;
  version = 0;

  #buffer = new Uint8Array(RESTING_BYTES);
  #start = 0;
  #end = 0;
  #payloadStart = 0;
  #payloadEnd = 0;
  /** The buffer's size unless a long frame needs more. */
  #size = RESTING_BYTES;
  #calmReads = 0;

  /** Frames with a longer payload are malformed. May be changed at any time. */
  maxPayload: number;

  constructor(maxPayload = MAX_RECEIVED_PAYLOAD) {
    this.maxPayload = maxPayload;
  }

  /** Bytes received and not yet taken as part of a frame. */
  get pending(): number {
    return this.#end - this.#start;
  }

  /** Where the next read goes; never empty. */
  space(): Uint8Array<ArrayBuffer> {
    if (this.#start === this.#end) {
      this.#start = this.#end = 0;
    } else if (this.#start > 0) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    const size = Math.max(this.#size, this.#wanted());
    if (size !== this.#buffer.length) this.#resize(size);
    return this.#end === 0 ? this.#buffer : this.#buffer.subarray(this.#end);
  }

  /** Reports that `n` bytes were read into `space()`. */
  filled(n: number): void {
    this.#end += n;
    if (this.#end === this.#size) {
      // The read filled the buffer, so more bytes are waiting.
      this.#size = Math.min(BUSY_BYTES, GROWTH * this.#size);
      this.#calmReads = 0;
    } else if (this.#size > RESTING_BYTES) {
      this.#calmReads = GROWTH * n > this.#size ? 0 : this.#calmReads + 1;
      if (this.#calmReads >= CALM_READS) {
        this.#size /= GROWTH;
        this.#calmReads = 0;
      }
    }
  }

  next(): FrameStatus {
    const have = this.#end - this.#start;
    if (have < HEADER_BYTES) return "incomplete";
    const length = this.#u16(this.#start + 4);
    if (length > this.maxPayload) return "malformed";
    if (have < HEADER_BYTES + length) return "incomplete";
    this.type = (this.#u16(this.#start) << 16) >> 16;
    this.version = this.#u16(this.#start + 2);
    this.#payloadStart = this.#start + HEADER_BYTES;
    this.#payloadEnd = this.#payloadStart + length;
    this.#start = this.#payloadEnd;
    return "frame";
  }

  /** The payload, as a view that the next `space()` may overwrite. */
  payload(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(this.#payloadStart, this.#payloadEnd);
  }

  #u16(at: number): number {
    return (this.#buffer[at]! << 8) | this.#buffer[at + 1]!;
  }

  /**
   * Returns the size needed for the unfinished frame, or a larger one when the
   * buffer is full.
   */
  #wanted(): number {
    if (this.#end < HEADER_BYTES) return 0;
    const whole = HEADER_BYTES + this.#u16(4);
    const more = this.#end < this.#size ? 0 : this.#end + MORE_BYTES;
    return Math.max(whole, more, this.#end + 1);
  }

  #resize(size: number): void {
    const buffer = new Uint8Array(size);
    buffer.set(this.#buffer.subarray(this.#start, this.#end));
    this.#buffer = buffer;
  }
}

/** One decoded frame, for tests and tools that keep frames. */
export interface Frame {
  readonly type: number;
  readonly version: number;
  readonly payload: Uint8Array;
}

/** Decodes every complete frame in `bytes`, and counts the bytes left over. */
export function decodeFrames(bytes: Uint8Array): {
  frames: Frame[];
  left: number;
} {
  const frames: Frame[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (bytes.length - at >= HEADER_BYTES) {
    const end = at + HEADER_BYTES + view.getUint16(at + 4);
    if (end > bytes.length) break;
    frames.push({
      type: view.getInt16(at),
      version: view.getUint16(at + 2),
      payload: bytes.slice(at + HEADER_BYTES, end),
    });
    at = end;
  }
  return { frames, left: bytes.length - at };
}
