/**
 * Voice quality on the way from a speaker to the server: loss, delay and
 * jitter, from the numbers and times in the RTP headers.
 *
 * Costs a few additions for each incoming frame and nothing for outgoing ones.
 *
 * @module
 */
import { TICKS_PER_MS } from "../protocol/rtp.ts";

/** The counts of one room. */
export interface VoiceQuality {
  /** Milliseconds of sound that were relayed. */
  heardMs: number;
  /** Frames received from the room's members, relayed or not. */
  received: number;
  /** Gaps in the speakers' sequence numbers. */
  lost: number;
  /** Frames that arrived in a burst after a pause in which they were due. */
  late: number;
  /** Jitter (RFC 3550) summed over the received frames, in milliseconds. */
  jitterSum: number;
  /** Frames written to listeners. */
  sent: number;
  /** Frames dropped because listeners were too slow. */
  dropped: number;
}

export function noQuality(): VoiceQuality {
  return {
    heardMs: 0,
    received: 0,
    lost: 0,
    late: 0,
    jitterSum: 0,
    sent: 0,
    dropped: 0,
  };
}

export function addQuality(
  to: VoiceQuality,
  from: Readonly<VoiceQuality>,
): void {
  for (const key of Object.keys(to) as (keyof VoiceQuality)[]) {
    to[key] += from[key];
  }
}

/** GSM 06.10: 20 ms of sound. */
const GSM_BYTES = 33;
const GSM_MS = 20;

/** Returns the milliseconds of sound in a payload of this many bytes. */
export function soundMs(bytes: number): number {
  return bytes / GSM_BYTES * GSM_MS;
}

/** A larger jump of the sequence number starts a new count. */
const MOST_MISSING = 50;
/**
 * A frame that follows the one before it by this much more than its timestamp
 * says was held up.
 */
const LATE_MS = 150;
/** A frame that follows the one before it by this much less is catching up. */
const CATCHES_UP_MS = 20;
/**
 * A talk spurt may begin at any timestamp, which says nothing about the line.
 */
const NEW_SPURT_MS = 1000;

/** Measures the frames of one speaker as they arrive. */
export class ArrivalMeter {
  /** Interarrival jitter as RFC 3550, 6.4.1, estimates it. */
  jitterMs = 0;
  #sequence: number | undefined;
  #transit = 0;
  /** A frame was held up; the ones right behind it show whether it was late. */
  #isHeldUp = false;

  /** Counts a frame with these RTP numbers that arrived at `now`. */
  arrived(
    sequence: number,
    timestamp: number,
    now: number,
    counts: VoiceQuality,
  ): void {
    counts.received++;
    const transit = now - timestamp / TICKS_PER_MS;
    if (this.#sequence === undefined) {
      this.#sequence = sequence;
      this.#transit = transit;
      return;
    }
    this.#missing((sequence - this.#sequence) & 0xffff, sequence, counts);
    this.#timed(transit - this.#transit, counts);
    this.#transit = transit;
    counts.jitterSum += this.jitterMs;
  }

  #missing(ahead: number, sequence: number, counts: VoiceQuality): void {
    if (ahead === 0) return;
    if (ahead > 0x8000) {
      // An old frame: it was counted as lost when later ones arrived.
      if (0x10000 - ahead > MOST_MISSING) this.#sequence = sequence;
      else if (counts.lost > 0) counts.lost--;
      return;
    }
    if (ahead <= MOST_MISSING) counts.lost += ahead - 1;
    this.#sequence = sequence;
  }

  /**
   * After a pause in speech the following frames keep their distance; after a
   * delay on the way they arrive all at once.
   */
  #timed(change: number, counts: VoiceQuality): void {
    if (this.#isHeldUp) {
      if (change < -CATCHES_UP_MS) counts.late++;
      else this.#isHeldUp = false;
    }
    const size = Math.abs(change);
    if (size >= NEW_SPURT_MS) return;
    this.jitterMs += (size - this.jitterMs) / 16;
    if (change > LATE_MS) this.#isHeldUp = true;
  }
}
