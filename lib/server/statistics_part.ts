/**
 * Statistics of the running server.
 *
 * @module
 */
import type { Counters } from "../chat/counters.ts";
import type { Gid } from "../domain/store.ts";
import { VOICE_FRAME_BYTES } from "../domain/uplink.ts";
import { logger } from "../ops/log.ts";
import { StatisticsRecorder } from "../ops/statistics_recorder.ts";
import type { VideoServer } from "../video/server.ts";
import { addQuality, noQuality, type VoiceQuality } from "../voice/quality.ts";
import type { VoiceServer } from "../voice/server.ts";
import type { Core } from "./core.ts";

/** Use by people who are connected to other processes. */
export interface OtherUse {
  readonly videoBytes: number;
  takeVoice(): ReadonlyMap<Gid, VoiceQuality>;
}

export class StatisticsPart implements Disposable {
  readonly #recorder: StatisticsRecorder;
  /** Totals of all rooms since the start, for metrics. */
  readonly voice: VoiceQuality = noQuality();

  /** Set when this server joins a cluster. */
  others: OtherUse | undefined;

  readonly #video: VideoServer | undefined;

  constructor(
    { store, world, clock, steady }: Core,
    counters: Pick<Counters, "signOns">,
    voice: VoiceServer,
    video: VideoServer | undefined,
  ) {
    this.#video = video;
    this.#recorder = new StatisticsRecorder({
      store,
      log: logger("store"),
      clock,
      steady,
      totals: () => ({
        signOns: counters.signOns,
        uploadBytes: this.uploadBytes,
      }),
      *online() {
        for (const session of world.online.values()) yield session.connectedAt;
      },
      rooms: () => world.rooms.values(),
      takeVoice: () => {
        const taken = merged(
          voice.relay.takeQuality(),
          this.others?.takeVoice() ?? new Map(),
        );
        for (const quality of taken.values()) addQuality(this.voice, quality);
        return taken;
      },
    });
  }

  /** Bytes sent by voice and video since the start, approximately. */
  get uploadBytes(): number {
    return this.voice.sent * VOICE_FRAME_BYTES +
      (this.#video?.relay.counters.bytesOut ?? 0) +
      (this.others?.videoBytes ?? 0);
  }

  /** Writes statistics that are not stored yet. */
  refresh(): void {
    this.#recorder.refresh();
  }

  [Symbol.dispose](): void {
    this.#recorder[Symbol.dispose]();
  }
}

function merged(
  own: ReadonlyMap<Gid, VoiceQuality>,
  others: ReadonlyMap<Gid, VoiceQuality>,
): ReadonlyMap<Gid, VoiceQuality> {
  if (others.size === 0) return own;
  const all = new Map(own);
  for (const [gid, quality] of others) {
    const sum = noQuality();
    addQuality(sum, quality);
    addQuality(sum, all.get(gid) ?? noQuality());
    all.set(gid, sum);
  }
  return all;
}
