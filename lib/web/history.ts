/**
 * Records how busy the server is, with decreasing resolution: fine for the last
 * hours, coarse for the last months.
 *
 * @module
 */
import type { Live, Status } from "../ops/live.ts";
import type { HistorySample, Millis, Store } from "../domain/store.ts";
import type { Logger } from "../ops/log.ts";

/** `seconds` per sample, and how long samples are kept. */
export const RESOLUTIONS = [
  { seconds: 10, keepMs: 2 * 3_600_000 },
  { seconds: 300, keepMs: 2 * 86_400_000 },
  { seconds: 1800, keepMs: 14 * 86_400_000 },
  { seconds: 21_600, keepMs: 730 * 86_400_000 },
] as const;

const FINEST_MS = 10_000;
const PRUNE_EVERY = 360;

interface Sources {
  readonly live: Live;
  readonly store: Store;
  readonly log: Logger;
  clock(): Millis;
}

/** The observations collected for one sample of one resolution. */
class Bucket {
  #from: Millis;
  #count = 0;
  #sessions = 0;
  #rooms = 0;
  #talkers = 0;
  #packets = 0;
  #voiceFrames = 0;

  constructor(from: Millis) {
    this.#from = from;
  }

  get from(): Millis {
    return this.#from;
  }

  add(
    { sessions, rooms, talkers }: Status,
    packets: number,
    voiceFrames: number,
  ): void {
    this.#count++;
    this.#sessions += sessions;
    this.#rooms += rooms;
    this.#talkers = Math.max(this.#talkers, talkers);
    this.#packets += packets;
    this.#voiceFrames += voiceFrames;
  }

  /**
   * Returns averages of users and rooms, the maximum of talkers, and totals of
   * packets and frames.
   */
  sample(): HistorySample {
    const mean = (sum: number) => Math.round(sum / Math.max(1, this.#count));
    return {
      at: this.#from,
      sessions: mean(this.#sessions),
      rooms: mean(this.#rooms),
      talkers: this.#talkers,
      packets: this.#packets,
      voiceFrames: this.#voiceFrames,
    };
  }
}

export class HistoryRecorder {
  readonly #sources: Sources;
  readonly #buckets = new Map<number, Bucket>();
  #packets = 0;
  #voiceFrames = 0;
  #ticks = 0;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  start(): void {
    this.#readTotals();
    this.#timer = setInterval(() => this.#tick(), FINEST_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /**
   * Ignores errors: a failing disk loses a sample but must not stop the server.
   */
  #tick(): void {
    try {
      this.sample();
    } catch (error) {
      this.#sources.log.warn("history sample lost", { error: String(error) });
    }
  }

  /** Observes the server once, and writes the samples that are complete. */
  sample(): void {
    const { store, clock } = this.#sources;
    const now = clock();
    const { status, packets, voiceFrames } = this.#readTotals();
    store.transaction(() => {
      for (const { seconds, keepMs } of RESOLUTIONS) {
        const from = now - now % (seconds * 1000);
        let bucket = this.#buckets.get(seconds);
        if (bucket !== undefined && bucket.from !== from) {
          store.history.add(seconds, bucket.sample());
          bucket = undefined;
        }
        if (bucket === undefined) {
          bucket = new Bucket(from);
          this.#buckets.set(seconds, bucket);
        }
        bucket.add(status, packets, voiceFrames);
        if (this.#ticks % PRUNE_EVERY === 0) {
          store.history.prune(seconds, now - keepMs);
        }
      }
    });
    this.#ticks++;
  }

  #readTotals() {
    const status = this.#sources.live.status();
    const { totals } = status;
    const packets = totals.packetsIn + totals.packetsOut;
    const voiceFrames = totals.voiceFramesIn + totals.voiceFramesOut;
    const grown = {
      status,
      packets: Math.max(0, packets - this.#packets),
      voiceFrames: Math.max(0, voiceFrames - this.#voiceFrames),
    };
    this.#packets = packets;
    this.#voiceFrames = voiceFrames;
    return grown;
  }
}
