/**
 * Bounded readers and writers over bytes. All integers are big-endian, as
 * everything on the chat connection is (docs/protocol.md, "Framing").
 *
 * @module
 */

/** Thrown by {@linkcode Reader}; packet codecs turn it into a value. */
export class ShortRead extends Error {
  override name = "ShortRead";
}

/** Reads forward through one payload and never past its end. */
export class Reader {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Bytes not yet read. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  #take(n: number): number {
    const at = this.#at;
    if (at + n > this.#bytes.length) {
      throw new ShortRead(`${n} bytes wanted, ${this.left} left`);
    }
    this.#at = at + n;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  i16(): number {
    return this.#view.getInt16(this.#take(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  /** Returns the next `n` bytes as a view of the payload, not a copy. */
  bytes(n: number): Uint8Array {
    const at = this.#take(n);
    return this.#bytes.subarray(at, at + n);
  }

  /** Returns all remaining bytes as a view of the payload, not a copy. */
  rest(): Uint8Array {
    return this.bytes(this.left);
  }
}

/** Writes into one growing buffer. */
export class Writer {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #at = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#at;
  }

  /**
   * Returns the offset at which to write `n` bytes. It may replace the buffer
   * and the view, so call it before you use either.
   */
  #room(n: number): number {
    const at = this.#at;
    if (at + n > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(2 * this.#bytes.length, at + n));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#at = at + n;
    return at;
  }

  u8(value: number): void {
    const at = this.#room(1);
    this.#view.setUint8(at, value);
  }

  /** Accepts negative values too: their bits are the same. */
  u16(value: number): void {
    const at = this.#room(2);
    this.#view.setUint16(at, value);
  }

  u32(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value);
  }

  bytes(value: Uint8Array): void {
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
  }

  /** Overwrites two bytes written earlier. */
  patchU16(at: number, value: number): void {
    this.#view.setUint16(at, value);
  }

  /** Discards what was written and keeps the memory. */
  reset(): void {
    this.#at = 0;
  }

  /** Returns a copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#at);
  }
}

/** Joins byte arrays into one new array. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Formats bytes as lower-case hex, for logs and tests. */
export function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/**
 * Parses hex, in which spaces are allowed. Throws `TypeError` on anything else.
 */
export function unhex(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replaceAll(/\s+/g, "");
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) {
    throw new TypeError(`Not hexadecimal: ${text.slice(0, 40)}`);
  }
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  }
  return bytes;
}

/** Whether two byte arrays hold the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
