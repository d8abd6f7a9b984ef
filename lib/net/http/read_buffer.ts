/**
 * The received part of a request, in one buffer that grows by doubling: a
 * request in single bytes needs as little copying as one in a single piece.
 *
 * @module
 */
const SMALLEST = 8192;
const [CR, LF] = [13, 10];

export class ReadBuffer {
  #buffer = new Uint8Array(SMALLEST);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** The received bytes, valid until the next call of `space`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Returns the free space for the next bytes, which is never empty. */
  space(): Uint8Array<ArrayBuffer> {
    if (this.#end === this.#buffer.length) {
      const { bytes } = this;
      // Moved to the front when half of the buffer is free, otherwise doubled.
      if (2 * bytes.length > this.#buffer.length) {
        this.#buffer = new Uint8Array(2 * this.#buffer.length);
      }
      this.#buffer.set(bytes);
      this.#end = bytes.length;
      this.#start = 0;
    }
    return this.#buffer.subarray(this.#end);
  }

  /** Records that `count` bytes were put into {@linkcode ReadBuffer.space}. */
  filled(count: number): void {
    this.#end += count;
  }

  append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const space = this.space();
      const part = bytes.subarray(at, at + space.length);
      space.set(part);
      this.filled(part.length);
      at += part.length;
    }
  }

  drop(count: number): void {
    this.#start += count;
    if (this.#start < this.#end) return;
    this.#start = this.#end = 0;
    // A buffer enlarged for a long request is released before the next one.
    if (this.#buffer.length > SMALLEST) this.#buffer = new Uint8Array(SMALLEST);
  }

  skipLineEnds(): void {
    let at = this.#start;
    while (at < this.#end && isLineEnd(this.#buffer[at]!)) at++;
    if (at > this.#start) this.drop(at - this.#start);
  }

  /**
   * Returns whether a head may end in the bytes after the first `looked`: with
   * its first line, or with an empty line.
   */
  mayEndHead(looked: number): boolean {
    const { bytes } = this;
    for (let at = looked; (at = bytes.indexOf(LF, at)) >= 0; at++) {
      const before = bytes[at - 1] === CR ? at - 2 : at - 1;
      if (bytes[before] === LF) return true;
      // A first line without a version is the complete head.
      if (bytes.indexOf(LF) === at) return true;
    }
    return false;
  }
}

function isLineEnd(byte: number): boolean {
  return byte === CR || byte === LF;
}
