/**
 * What chat and voice count beyond `status`: packets by type, refusals by
 * reason, voice frames dropped by reason, pictures refused by reason.
 *
 * @module
 */
import type { Counters } from "../chat/counters.ts";
import type { VideoStats } from "../video/server.ts";
import type { RelayStats } from "../voice/counters.ts";
import type { Registry, Sample } from "../ops/metrics.ts";

export function addServerMetrics(
  registry: Registry,
  counters: Pick<Counters, "byType" | "refusals">,
  voice: () => Pick<RelayStats, "dropped" | "worstQueue">,
  video: () => VideoStats | undefined = () => undefined,
): void {
  addVideoMetrics(registry, video);
  registry.counter(
    "retropal_packets_by_type_total",
    "Packets received, by type",
    () => samples("type", counters.byType),
  );
  registry.counter(
    "retropal_refusals_total",
    "Packets refused, by what was asked",
    () => samples("request", counters.refusals),
  );
  registry.counter(
    "retropal_voice_drops_total",
    "Voice frames dropped, by reason",
    () => samples("reason", Object.entries(voice().dropped)),
  );
  registry.gauge(
    "retropal_voice_worst_queue",
    "Most voice frames that ever waited for one listener",
    () => voice().worstQueue,
  );
}

function addVideoMetrics(
  registry: Registry,
  video: () => VideoStats | undefined,
): void {
  registry.gauge(
    "retropal_video_held_requests",
    "Viewers that wait for the next picture",
    () => video()?.held ?? 0,
  );
  registry.counter(
    "retropal_video_pictures_skipped_total",
    "Pictures that viewers were too slow for",
    () => video()?.picturesSkipped ?? 0,
  );
  registry.counter(
    "retropal_video_refusals_total",
    "Video connections and pictures refused, by reason",
    () => samples("reason", Object.entries(video()?.refused ?? {})),
  );
}

function samples(
  label: string,
  counts: Iterable<readonly [string, number]>,
): Sample[] {
  return [...counts].map(([name, value]) => ({
    labels: { [label]: name },
    value,
  }));
}
