/**
 * What chat and voice count beyond `status`: packets by type, refusals by
 * reason, voice frames dropped by reason.
 *
 * @module
 */
import type { Counters } from "../chat/counters.ts";
import type { RelayStats } from "../voice/counters.ts";
import type { Registry, Sample } from "./metrics.ts";

export function addServerMetrics(
  registry: Registry,
  counters: Pick<Counters, "byType" | "refusals">,
  voice: () => Pick<RelayStats, "dropped" | "worstQueue">,
): void {
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

function samples(
  label: string,
  counts: Iterable<readonly [string, number]>,
): Sample[] {
  return [...counts].map(([name, value]) => ({
    labels: { [label]: name },
    value,
  }));
}
