/**
 * How a file travels from one client to another (docs/protocol.md, "File
 * transfer"): u16 length of the name, the name, u32 size, the data. Both
 * numbers are little-endian, and the receiver never answers.
 *
 * @module
 */
import { concat } from "./bytes.ts";

const LENGTH_BYTES = 2;
const SIZE_BYTES = 4;
/** A limit of ours; Windows allows 260. */
const MAX_NAME = 512;

export interface FileHead {
  /** Windows-1252, as the sender's client wrote it. */
  readonly name: Uint8Array;
  readonly size: number;
  /** Length of the head, so the offset of the data. */
  readonly length: number;
}

/**
 * Returns undefined when more bytes are needed, and null when this is not a
 * file.
 */
export function parseFileHead(bytes: Uint8Array): FileHead | null | undefined {
  if (bytes.length < LENGTH_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const nameLength = view.getUint16(0, true);
  if (nameLength === 0 || nameLength > MAX_NAME) return null;
  const length = LENGTH_BYTES + nameLength + SIZE_BYTES;
  if (bytes.length < length) return undefined;
  return {
    name: bytes.slice(LENGTH_BYTES, LENGTH_BYTES + nameLength),
    size: view.getUint32(LENGTH_BYTES + nameLength, true),
    length,
  };
}

export function encodeFileHead(
  name: Uint8Array,
  size: number,
): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(LENGTH_BYTES);
  new DataView(head.buffer).setUint16(0, name.length, true);
  const tail = new Uint8Array(SIZE_BYTES);
  new DataView(tail.buffer).setUint32(0, size, true);
  return concat([head, name, tail]);
}
