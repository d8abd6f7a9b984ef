/**
 * Makes pictures for tests, bots and load: sound JPEGs of one grey, of any
 * size in pixels and in bytes.
 *
 * @module
 */
import { concat } from "../protocol/bytes.ts";
import { encodeText } from "../protocol/windows1252.ts";

export interface PictureOptions {
  readonly width?: number;
  readonly height?: number;
  /** Bytes of the whole file, at least about 300. */
  readonly size?: number;
  /** Written into the file, so that a picture can be recognized. */
  readonly mark?: string;
}

const MARKER = { SOI: 0xd8, EOI: 0xd9 } as const;
const LONGEST_COMMENT = 65_533;

function segment(marker: number, body: Uint8Array): Uint8Array {
  const length = body.length + 2;
  return concat([
    Uint8Array.of(0xff, marker, length >> 8, length & 0xff),
    body,
  ]);
}

/** A Huffman table with one code of one bit, for symbol 0. */
function huffman(kind: number): Uint8Array {
  const table = new Uint8Array(18);
  table[0] = kind;
  table[1] = 1;
  return table;
}

/** A sound JPEG; the client sends 160 x 120 in about 4,200 bytes. */
export function makePicture(options: PictureOptions = {}): Uint8Array {
  const { width = 160, height = 120, size = 4200, mark = "" } = options;
  const quantization = new Uint8Array(65).fill(1);
  quantization[0] = 0;
  const frame = Uint8Array.of(
    8,
    height >> 8,
    height & 0xff,
    width >> 8,
    width & 0xff,
    1,
    1,
    0x11,
    0,
  );
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  // Each block: no difference in brightness, and nothing else; a bit for each.
  const data = new Uint8Array(Math.ceil(2 * blocks / 8));
  const parts = [
    Uint8Array.of(0xff, MARKER.SOI),
    segment(0xdb, quantization),
    segment(0xc0, frame),
    segment(0xc4, huffman(0x00)),
    segment(0xc4, huffman(0x10)),
    segment(0xda, Uint8Array.of(1, 1, 0x00, 0, 63, 0)),
    data,
    Uint8Array.of(0xff, MARKER.EOI),
  ];
  const bare = parts.reduce((sum, { length }) => sum + length, 0);
  const text = encodeText(mark);
  const room = Math.min(size - bare - 4, LONGEST_COMMENT);
  const comment = new Uint8Array(Math.max(text.length, room));
  comment.set(text);
  parts.splice(1, 0, segment(0xfe, comment));
  return concat(parts);
}

/** What {@linkcode makePicture} was given as a mark. */
export function markOf(picture: Uint8Array): string {
  // Behind SOI, the marker and the length.
  const length = (picture[4]! << 8) | picture[5]!;
  const comment = picture.subarray(6, 4 + length);
  const end = comment.indexOf(0);
  return String.fromCharCode(...comment.subarray(0, end < 0 ? undefined : end));
}
