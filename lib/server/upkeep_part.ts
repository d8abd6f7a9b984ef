/**
 * Background work: deferred writes, housekeeping, and the samples from which
 * `status` shows rates and the lag of the event loop.
 *
 * @module
 */
import type { Counters } from "../chat/counters.ts";
import { KEPT } from "../domain/retention.ts";
import type { Store } from "../domain/store.ts";
import { SERVER } from "../actions/acting.ts";
import { removeExpired } from "../actions/applications.ts";
import { activity } from "../ops/activity.ts";
import { daysOf, Housekeeper } from "../upkeep/housekeeping.ts";
import type { Status } from "../ops/live.ts";
import { logger } from "../ops/log.ts";
import { type LoopLag, LoopLagMeter } from "../ops/loop_lag.ts";
import { Rates } from "../ops/rates.ts";
import type { VideoServer } from "../video/server.ts";
import type { VoiceServer } from "../voice/server.ts";
import type { Core } from "./core.ts";

const RATES = [
  "packetsIn",
  "packetsOut",
  "voiceFramesIn",
  "voiceFramesOut",
  "videoBytesIn",
  "videoBytesOut",
] as const;
/** Milliseconds between two flushes of deferred writes (last seen, audit). */
const FLUSH_MS = 1000;

export class UpkeepPart implements Disposable {
  readonly #lag = new LoopLagMeter();
  readonly #rates = new Rates<typeof RATES[number]>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly house: Housekeeper;
  readonly #unsubscribe: () => void;

  constructor(
    { store, clock, config }: Core,
    counters: Counters,
    voice: VoiceServer,
    video: VideoServer | undefined,
  ) {
    this.#timer = setInterval(() => {
      const { in: voiceFramesIn, out: voiceFramesOut } = voice.stats();
      const { packetsIn, packetsOut } = counters;
      const pictures = video?.stats();
      this.#rates.sample({
        packetsIn,
        packetsOut,
        voiceFramesIn,
        voiceFramesOut,
        videoBytesIn: pictures?.bytesIn ?? 0,
        videoBytesOut: pictures?.bytesOut ?? 0,
      });
      flush(store);
    }, FLUSH_MS);
    this.house = new Housekeeper({
      store,
      clock,
      log: logger("store"),
      config: () => config.current,
      removeExpired: () =>
        removeExpired({ store, live: null, actor: SERVER, now: clock }),
    });
    this.#unsubscribe = config.onChange((now, before) => {
      const isShorter = KEPT.some(({ setting }) =>
        daysOf(now, setting) < daysOf(before, setting)
      );
      if (isShorter) void this.house.sweep();
    });
  }

  loopLag(): LoopLag {
    return this.#lag.read();
  }

  rates(): Status["rates"] {
    return this.#rates.read(RATES);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.house[Symbol.dispose]();
    this.#lag.stop();
  }
}

/**
 * Writes what is queued. A full disk must not stop the server: the writes stay
 * queued.
 */
function flush(store: Store): void {
  activity.task("deferred writes", performance.now());
  try {
    store.flush();
  } catch (error) {
    logger("store").error("deferred writes failed", { error: `${error}` });
  }
}
