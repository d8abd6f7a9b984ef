/**
 * The interface of a room's voice, the same for TCP and UDP.
 *
 * @module
 */
import {
  encodeVoiceFrame,
  PREFIX_BYTES,
  speakerOf,
  type VoiceFrame,
} from "../protocol/rtp.ts";
import { Inbox } from "./inbox.ts";

/** A received voice frame. */
export interface Heard {
  /** Uid from the trailer. */
  readonly speaker: number;
  /** RTP header to trailer, without the length prefix. */
  readonly frame: Uint8Array;
  /** Whether the frame had a length prefix. */
  readonly prefixed: boolean;
}

export interface VoiceChannel {
  readonly gid: number;
  readonly heard: Inbox<Heard>;
  /** False after either side has closed it. */
  readonly isOpen: boolean;
  /** Resolves when the channel is closed. */
  readonly closed: Promise<void>;
  /** Sends a frame made by {@linkcode encodeVoiceFrame}. */
  talk(wireFrame: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export function newHeard(): Inbox<Heard> {
  return new Inbox(({ speaker, frame }) => `${frame.length} of ${speaker}`);
}

/**
 * Parses a received frame.
 *
 * @param frame RTP header to trailer
 */
export function heardFrame(frame: Uint8Array, prefixed: boolean): Heard {
  return { speaker: speakerOf(frame, 0, frame.length), frame, prefixed };
}

/** Takes the next received frame, of `speaker` if given. */
export function nextHeard(
  channel: VoiceChannel,
  speaker?: number,
  timeoutMs?: number,
): Promise<Heard> {
  return channel.heard.next(
    (heard) => speaker === undefined || heard.speaker === speaker,
    speaker === undefined ? "a voice frame" : `a voice frame of ${speaker}`,
    timeoutMs,
  );
}

/** GSM frames of 20 ms; 33 bytes each, beginning with the nibble D. */
const GSM_BYTES = 33;
const GSM_TICKS = 160;

/**
 * Creates the frames of one speaker, numbered like those of the real client.
 */
export class Talker {
  #sequence: number;
  #timestamp: number;

  constructor(
    readonly uid: number,
    start: { sequence: number; timestamp: number } = {
      sequence: 0xfff0,
      timestamp: 0xffff0000,
    },
  ) {
    this.#sequence = start.sequence;
    this.#timestamp = start.timestamp;
  }

  /**
   * Returns the next frame with its prefix: `count` GSM frames filled with
   * `fill`.
   */
  next(fill = 0, count = 4): Uint8Array<ArrayBuffer> {
    const payload = new Uint8Array(GSM_BYTES * count).fill(fill);
    for (let i = 0; i < count; i++) {
      payload[i * GSM_BYTES] = 0xd0 | (fill & 0x0f);
    }
    return this.frame({ payload });
  }

  /** Returns the next frame with any payload. */
  frame(
    parts: Pick<VoiceFrame, "payload"> & Partial<VoiceFrame>,
  ): Uint8Array<ArrayBuffer> {
    const wire = encodeVoiceFrame({
      sequence: this.#sequence,
      timestamp: this.#timestamp,
      uid: this.uid,
      ...parts,
    });
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const ticks = Math.floor(parts.payload.length / GSM_BYTES) * GSM_TICKS;
    this.#timestamp = (this.#timestamp + ticks) >>> 0;
    return wire;
  }
}

/** Returns a frame without its length prefix. */
export function withoutPrefix(wireFrame: Uint8Array): Uint8Array {
  return wireFrame.subarray(PREFIX_BYTES);
}
