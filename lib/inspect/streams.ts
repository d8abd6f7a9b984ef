/**
 * Splits byte streams into frames: chat and voice, each direction separately.
 * The video port is in video_stream.ts.
 *
 * @module
 */
import { concat } from "../protocol/bytes.ts";
import { HEADER_BYTES } from "../protocol/frame.ts";
import { type FileHead, parseFileHead } from "../protocol/file_stream.ts";
import { decodeText } from "../protocol/windows1252.ts";
import {
  HELLO_BYTES,
  MAX_FRAME,
  MAX_ROOM,
  PREFIX_BYTES,
  u32,
} from "../protocol/rtp.ts";
import {
  type Direction,
  dissectFrame,
  dissectHello,
  type Dissection,
  dissectVoice,
} from "./dissect.ts";

/** One frame of a capture, described. */
export interface Inspected extends Dissection {
  readonly at: number;
  readonly connection: string;
  readonly direction: Direction;
  readonly type?: number;
  readonly version?: number;
  readonly length: number;
}

export type Place = Pick<Inspected, "at" | "connection" | "direction">;

/** Takes bytes and returns frames. */
export interface Stream {
  push(place: Place, bytes: Uint8Array): Inspected[];
  /** Returns the remaining bytes when the stream ends, if they are a fault. */
  end(place: Place): Inspected[];
}

export class ChatStream implements Stream {
  #rest: Uint8Array = new Uint8Array();

  constructor(private readonly showSecrets: boolean) {}

  push(place: Place, bytes: Uint8Array): Inspected[] {
    this.#rest = concat([this.#rest, bytes]);
    const found: Inspected[] = [];
    while (this.#rest.length >= HEADER_BYTES) {
      const view = new DataView(
        this.#rest.buffer,
        this.#rest.byteOffset,
        this.#rest.length,
      );
      const length = view.getUint16(4);
      if (this.#rest.length < HEADER_BYTES + length) break;
      const payload = this.#rest.subarray(HEADER_BYTES, HEADER_BYTES + length);
      found.push({
        ...place,
        type: view.getInt16(0),
        version: view.getUint16(2),
        length,
        ...dissectFrame(
          place.direction,
          view.getInt16(0),
          payload,
          this.showSecrets,
        ),
      });
      this.#rest = this.#rest.subarray(HEADER_BYTES + length);
    }
    return found;
  }

  end(place: Place): Inspected[] {
    return leftOver(place, this.#rest.length, "a frame");
  }
}

export class VoiceStream implements Stream {
  #rest: Uint8Array = new Uint8Array();
  /** Set when nothing more can be read: not voice, or out of step. */
  #broken = false;
  #greeted = false;

  push(place: Place, bytes: Uint8Array): Inspected[] {
    if (this.#broken) return [];
    this.#rest = concat([this.#rest, bytes]);
    const found: Inspected[] = [];
    while (this.#rest.length >= PREFIX_BYTES) {
      const first = u32(this.#rest, 0);
      const begins = place.direction === "C>S" && !this.#greeted;
      if (begins && first > MAX_ROOM) {
        const head = parseFileHead(this.#rest);
        if (head === undefined) break;
        if (head !== null) return [this.#file(place, head)];
      }
      // The first word of a room's number may look like a length.
      if (
        place.direction === "C>S" && first <= MAX_ROOM &&
        (begins || first > MAX_FRAME)
      ) {
        if (this.#rest.length < HELLO_BYTES) break;
        this.#greeted = true;
        found.push({
          ...place,
          length: HELLO_BYTES,
          ...dissectHello(this.#rest),
        });
        this.#rest = this.#rest.subarray(HELLO_BYTES);
        continue;
      }
      if (first > 0xffff) {
        this.#broken = true;
        found.push({
          ...place,
          length: this.#rest.length,
          name: "VOICE",
          fields: {},
          faults: [`${first} is no length: a frame without its prefix?`],
        });
        break;
      }
      if (this.#rest.length < PREFIX_BYTES + first) break;
      const frame = this.#rest.subarray(PREFIX_BYTES, PREFIX_BYTES + first);
      found.push({ ...place, length: first, ...dissectVoice(frame) });
      this.#rest = this.#rest.subarray(PREFIX_BYTES + first);
    }
    return found;
  }

  /** Handles a file transfer between two clients on the voice port. */
  #file(place: Place, { name, size }: FileHead): Inspected {
    this.#broken = true;
    return {
      ...place,
      length: this.#rest.length,
      name: "FILE",
      fields: { name: decodeText(name), size },
      faults: [],
    };
  }

  end(place: Place): Inspected[] {
    return this.#broken
      ? []
      : leftOver(place, this.#rest.length, "a voice frame");
  }
}

export function leftOver(
  place: Place,
  bytes: number,
  what: string,
): Inspected[] {
  return bytes === 0 ? [] : [{
    ...place,
    length: bytes,
    name: "CUT_OFF",
    fields: { within: what, bytes },
    // A server or client that crashed, or a capture that ended, is not a fault
    // of the frame.
    faults: [],
  }];
}

/** Describes a datagram: a hello, or a frame with or without its prefix. */
export function inspectDatagram(place: Place, bytes: Uint8Array): Inspected {
  const dissection = bytes.length === HELLO_BYTES
    ? dissectHello(bytes)
    : bytes.length > PREFIX_BYTES &&
        u32(bytes, 0) === bytes.length - PREFIX_BYTES
    ? dissectVoice(bytes.subarray(PREFIX_BYTES))
    : dissectVoice(bytes);
  return { ...place, length: bytes.length, ...dissection };
}
