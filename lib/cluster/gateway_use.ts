/**
 * What people at gateways use, for the statistics of the core that leads.
 *
 * @module
 */
import type { Counters } from "../chat/counters.ts";
import type { Gid } from "../domain/store.ts";
import { addQuality, type VoiceQuality } from "../voice/quality.ts";
import type { GatewayStats } from "./control.ts";

/** Counters of gateways that are added to those of the core. */
const COUNTED = [
  "packetsOverRate",
  "slowClientsClosed",
  "floodersClosed",
  "connectionsRefused",
  "strangersClosed",
] as const;

/**
 * Adds the increments of a gateway's counters; `before` is its last report.
 */
export function addCounters(
  counters: Counters,
  stats: GatewayStats,
  before: GatewayStats | undefined,
): void {
  for (const name of COUNTED) {
    const last = before?.[name] ?? 0;
    // A lower value means that the gateway has restarted.
    counters[name] += stats[name] < last ? stats[name] : stats[name] - last;
  }
}

type Report = Pick<GatewayStats, "video" | "quality">;

export class GatewayUse {
  #voice = new Map<Gid, VoiceQuality>();
  /** Bytes of video sent by gateways since this core leads. */
  videoBytes = 0;

  /** Adds a gateway's report; `before` is the one that it sent last. */
  add({ video, quality = [] }: Report, before: Report | undefined): void {
    for (const [gid, taken] of quality) {
      const known = this.#voice.get(gid);
      if (known === undefined) this.#voice.set(gid, { ...taken });
      else addQuality(known, taken);
    }
    const now = video?.stats.bytesOut ?? 0;
    // Another core has counted what was sent before.
    const last = before === undefined ? now : before.video?.stats.bytesOut ?? 0;
    this.videoBytes += now < last ? now : now - last;
  }

  /** Returns the voice of each room since the last call. */
  takeVoice(): ReadonlyMap<Gid, VoiceQuality> {
    const taken = this.#voice;
    this.#voice = new Map();
    return taken;
  }
}
