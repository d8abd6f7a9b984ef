/**
 * The voice protocol: an 8-byte hello, then RTP packets, each with its length
 * in front and the speaker's uid behind.
 *
 * ```text
 * hello   u32 room | u32 uid                          both big-endian
 * frame   u32 N | N bytes                             N big-endian, 50..1000
 * N bytes RTP header (12) | payload | u32 speaker     speaker LITTLE-endian
 * ```
 *
 * A datagram carries the same N bytes, with or without their length. See
 * docs/protocol.md, "Voice" and "What breaks the client".
 *
 * @module
 */

/** Bytes of the length in front of a frame. */
export const PREFIX_BYTES = 4;
export const HELLO_BYTES = 8;
export const RTP_HEADER_BYTES = 12;
/** Bytes of the speaker's uid behind the payload. */
export const TRAILER_BYTES = 4;
/**
 * A length outside these bounds makes the client deaf until it is restarted.
 */
export const MIN_FRAME = 50;
export const MAX_FRAME = 1000;
/** The longest frame on the wire, with its length prefix. */
export const MAX_WIRE_FRAME = PREFIX_BYTES + MAX_FRAME;
/** GSM 06.10 in RTP: what the client of 2002 sends. */
export const GSM_PAYLOAD_TYPE = 3;
/** The client knows the payload types 0 to 12. */
export const PAYLOAD_TYPES = 13;
/** RTP clock of every narrow-band codec, in ticks per millisecond. */
export const TICKS_PER_MS = 8;
/**
 * A longer length cannot be that of a frame, so nothing can be skipped by it.
 */
const MAX_SKIP = 65_535;
export const MAX_ROOM = 65_535;
const MIN_UID = 2;
const MAX_UID = 50_000_000;

/** Why a frame must not be given to a client. */
export type FrameFault = "length" | "version" | "payload-type" | "payload";

/** Reads the big-endian u32 at `at`. */
export function u32(buf: Uint8Array, at: number): number {
  return ((buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) |
    buf[at + 3]!) >>> 0;
}

/** Writes a big-endian u32 at `at`. */
export function putU32(buf: Uint8Array, at: number, value: number): void {
  buf[at] = value >>> 24;
  buf[at + 1] = value >>> 16;
  buf[at + 2] = value >>> 8;
  buf[at + 3] = value;
}

/**
 * Reads the speaker's uid from the end of the `length` frame bytes that begin
 * at `at`.
 */
export function speakerOf(buf: Uint8Array, at: number, length: number): number {
  const end = at + length;
  return ((buf[end - 1]! << 24) | (buf[end - 2]! << 16) |
    (buf[end - 3]! << 8) | buf[end - 4]!) >>> 0;
}

/** Reads the SSRC of the RTP header that begins at `at`. */
export function ssrcOf(buf: Uint8Array, at: number): number {
  return u32(buf, at + 8);
}

/** Reads the sequence number of the RTP header that begins at `at`. */
export function sequenceOf(buf: Uint8Array, at: number): number {
  return (buf[at + 2]! << 8) | buf[at + 3]!;
}

/** Reads the timestamp of the RTP header that begins at `at`. */
export function timestampOf(buf: Uint8Array, at: number): number {
  return u32(buf, at + 4);
}

/**
 * Checks the `length` bytes at `at` (RTP header to trailer, without prefix).
 * Returns undefined when a client may be given them.
 *
 * A wrong length is the fault that makes the client deaf. It plays payloads of
 * 50 to 700 bytes and silently skips the rest, so a payload only has to exist.
 */
export function checkVoiceFrame(
  buf: Uint8Array,
  at: number,
  length: number,
): FrameFault | undefined {
  if (length < MIN_FRAME || length > MAX_FRAME) return "length";
  const first = buf[at]!;
  if (first >> 6 !== 2) return "version";
  if ((buf[at + 1]! & 0x1f) >= PAYLOAD_TYPES) return "payload-type";
  const end = at + length - TRAILER_BYTES;
  let start = at + RTP_HEADER_BYTES + 4 * (first & 0x0f);
  if ((first & 0x10) !== 0) {
    if (start + 4 > end) return "payload";
    start += 4 + 4 * ((buf[start + 2]! << 8) | buf[start + 3]!);
  }
  const padding = (first & 0x20) === 0 ? 0 : buf[end - 1]!;
  return start + padding < end ? undefined : "payload";
}

/** The parts of a frame for {@linkcode encodeVoiceFrame}. */
export interface VoiceFrame {
  readonly sequence: number;
  /** In units of the codec's clock: 8 per millisecond. */
  readonly timestamp: number;
  /** The speaker: written as SSRC and as trailer. */
  readonly uid: number;
  readonly payload: Uint8Array;
  readonly payloadType?: number;
}

/**
 * Encodes one frame as the client sends it by TCP: prefix, RTP, payload,
 * trailer.
 */
export function encodeVoiceFrame(frame: VoiceFrame): Uint8Array<ArrayBuffer> {
  const length = RTP_HEADER_BYTES + frame.payload.length + TRAILER_BYTES;
  const out = new Uint8Array(PREFIX_BYTES + length);
  putU32(out, 0, length);
  out[4] = 0x80;
  out[5] = frame.payloadType ?? GSM_PAYLOAD_TYPE;
  out[6] = frame.sequence >> 8;
  out[7] = frame.sequence;
  putU32(out, 8, frame.timestamp);
  putU32(out, 12, frame.uid);
  out.set(frame.payload, PREFIX_BYTES + RTP_HEADER_BYTES);
  const trailer = out.length - TRAILER_BYTES;
  out[trailer] = frame.uid;
  out[trailer + 1] = frame.uid >> 8;
  out[trailer + 2] = frame.uid >> 16;
  out[trailer + 3] = frame.uid >>> 24;
  return out;
}

/** The eight bytes that open a voice connection. */
export function encodeHello(gid: number, uid: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(HELLO_BYTES);
  putU32(out, 0, gid);
  putU32(out, 4, uid);
  return out;
}

/** Returns whether these two words can be a room's number and a uid. */
export function isHello(gid: number, uid: number): boolean {
  return gid >= 1 && gid <= MAX_ROOM && uid >= MIN_UID && uid <= MAX_UID;
}

/**
 * What {@linkcode VoiceDecoder.next} found:
 *
 * - `wait`: no complete frame is left, read more
 * - `hello`: `gid` and `uid` are set
 * - `frame`: a good frame; `offset` (of the prefix) and `length` (N) are set
 * - `fault`: a frame was skipped, and `fault` says why
 * - `broken`: the rest of the stream cannot be parsed
 */
export type VoiceStep = "wait" | "hello" | "frame" | "fault" | "broken";

/**
 * Decodes one voice stream from a client in place: bytes are read into
 * {@linkcode VoiceDecoder.space}, frames are returned as offsets, and no frame
 * costs an allocation. Offsets are valid until the next `space()`.
 *
 * A hello may be repeated on the same connection: its first word is a room's
 * number, its second a uid. No frame looks like that, because the second word
 * of a frame begins with the version of RTP.
 */
export class VoiceDecoder {
  buffer: Uint8Array<ArrayBuffer>;
  gid = 0;
  uid = 0;
  offset = 0;
  length = 0;
  fault: FrameFault = "length";
  #start = 0;
  #end = 0;
  #skip = 0;
  #greeted = false;
  #broken = false;
  readonly #most: number;

  /** Starts with `size` bytes and grows to `most` for a busy speaker. */
  constructor(size = 1024, most = 16_384) {
    this.buffer = new Uint8Array(Math.max(size, HELLO_BYTES));
    this.#most = Math.max(most, MAX_WIRE_FRAME);
  }

  /** The place for the next bytes; never empty. */
  space(): Uint8Array<ArrayBuffer> {
    const full = this.#end === this.buffer.length;
    if (this.#start > 0) {
      this.buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    if (full && this.buffer.length < this.#most) {
      const size = Math.min(this.buffer.length * 2, this.#most);
      const larger = new Uint8Array(size);
      larger.set(this.buffer.subarray(0, this.#end));
      this.buffer = larger;
    }
    return this.buffer.subarray(this.#end);
  }

  /**
   * Reports that `count` bytes were read into {@linkcode VoiceDecoder.space}.
   */
  filled(count: number): void {
    this.#end += count;
  }

  next(): VoiceStep {
    if (this.#broken) return "broken";
    if (this.#skip > 0) {
      const passed = Math.min(this.#skip, this.#end - this.#start);
      this.#skip -= passed;
      this.#start += passed;
    }
    const held = this.#end - this.#start;
    if (!this.#greeted) return held < HELLO_BYTES ? "wait" : this.#hello();
    if (held < PREFIX_BYTES) return "wait";
    const length = u32(this.buffer, this.#start);
    if (length < MIN_FRAME) return this.#pass(length);
    if (length > MAX_FRAME) {
      if (length > MAX_SKIP) return this.#break();
      if (held < HELLO_BYTES) return "wait";
      const uid = u32(this.buffer, this.#start + 4);
      return isHello(length, uid) ? this.#hello() : this.#pass(length);
    }
    // The number of room 600 could be a length; an RTP header is never a uid.
    if (
      held >= HELLO_BYTES &&
      isHello(length, u32(this.buffer, this.#start + PREFIX_BYTES))
    ) return this.#hello();
    if (held < PREFIX_BYTES + length) return "wait";
    this.offset = this.#start;
    this.length = length;
    this.#start += PREFIX_BYTES + length;
    const at = this.offset + PREFIX_BYTES;
    const fault = checkVoiceFrame(this.buffer, at, length);
    if (fault === undefined) return "frame";
    this.fault = fault;
    return "fault";
  }

  #hello(): VoiceStep {
    const gid = u32(this.buffer, this.#start);
    const uid = u32(this.buffer, this.#start + 4);
    if (!isHello(gid, uid)) return this.#break();
    this.gid = gid;
    this.uid = uid;
    this.#start += HELLO_BYTES;
    this.#greeted = true;
    return "hello";
  }

  #pass(length: number): VoiceStep {
    this.#start += PREFIX_BYTES;
    this.#skip = length;
    this.fault = "length";
    return "fault";
  }

  #break(): VoiceStep {
    this.#broken = true;
    return "broken";
  }
}
