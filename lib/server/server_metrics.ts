/**
 * Metrics of chat, voice and video beyond `status`: packets by type, and
 * refusals, dropped voice frames and refused pictures by reason.
 *
 * @module
 */
import type { Counters } from "../chat/counters.ts";
import type { VideoStats } from "../video/server.ts";
import type { RelayStats } from "../voice/counters.ts";
import type { Registry, Sample } from "../ops/metrics.ts";
import type { SeenRoom } from "../ops/statistics_recorder.ts";
import type { StatisticsPart } from "./statistics_part.ts";

/** Sources for metrics of rooms, voice and the line. */
export interface UseSources {
  readonly statistics: Pick<StatisticsPart, "voice" | "uploadBytes">;
  rooms(): Iterable<SeenRoom>;
  uplinkKbit(): number;
}

export function addServerMetrics(
  registry: Registry,
  counters: Pick<Counters, "byType" | "refusals">,
  voice: () => Pick<RelayStats, "dropped" | "worstQueue">,
  video: () => VideoStats | undefined = () => undefined,
  use?: UseSources,
): void {
  addVideoMetrics(registry, video);
  if (use !== undefined) addUseMetrics(registry, use);
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

function addUseMetrics(
  registry: Registry,
  { statistics, rooms, uplinkKbit }: UseSources,
): void {
  const { voice } = statistics;
  registry.counter(
    "retropal_voice_talk_seconds_total",
    "Speech that was handed on, in seconds",
    () => voice.heardMs / 1000,
  );
  registry.counter(
    "retropal_voice_arrivals_total",
    "Voice frames from speakers: arrived, missing, or arrived late",
    () =>
      samples("state", [
        ["arrived", voice.received],
        ["lost", voice.lost],
        ["late", voice.late],
      ]),
  );
  registry.counter(
    "retropal_voice_jitter_milliseconds_total",
    "Jitter of voice frames from speakers, summed over the frames",
    () => voice.jitterSum,
  );
  registry.counter(
    "retropal_upload_bytes_total",
    "Voice and video that went out, with all headers, roughly",
    () => statistics.uploadBytes,
  );
  registry.gauge(
    "retropal_uplink_bits",
    "What the host's line uploads, in bits per second (server.uplink_kbit)",
    () => 1000 * uplinkKbit(),
  );
  // Excludes temporary rooms: the name of each would remain as a series
  // permanently.
  registry.gauge(
    "retropal_room_members",
    "Members of each permanent room that has any",
    () =>
      [...rooms()]
        .filter(({ permanent, members }) => permanent && members.size > 0)
        .map(({ gid, name, members }) => ({
          labels: { room: String(gid), name },
          value: members.size,
        })),
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
