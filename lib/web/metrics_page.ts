/**
 * Metrics and health, for monitoring programs.
 *
 * @module
 */
import type { Live, Status } from "../ops/live.ts";
import type { Registry } from "../ops/metrics.ts";
import { Problem } from "./problem.ts";
import type { App, Context, Site } from "./site.ts";

export function metricsPages(app: App, site: Site): void {
  registerStatus(site.metrics, site.live);
  site.metrics.gauge(
    "retropal_web_streams",
    "Event streams of the pages that are open",
    () => site.streams.count,
  );
  site.metrics.gauge(
    "retropal_web_sessions",
    "People signed in on the pages",
    () => site.sessions.size,
  );

  app.get("/metrics", (c) => {
    requireNear(c);
    return c.text(site.metrics.text(), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
    });
  });

  app.get("/healthz", (c) => {
    requireNear(c);
    const problem = healthProblem(site);
    return problem === null ? c.text("ok\n") : c.text(`${problem}\n`, 503);
  });
}

/** Throws unless the visitor's address may open the desk. */
export function requireNear(c: Context): void {
  if (!c.env.mayBeStaff) {
    throw new Problem(
      403,
      "This can be opened from the host's own networks only (web.staff_networks).",
    );
  }
}

const SLOWEST_LOOP_MS = 2000;

function healthProblem({ store, live }: Site): string | null {
  try {
    store.categories.list();
  } catch (error) {
    return `the database does not answer: ${error}`;
  }
  const { p50 } = live.status().loopLagMs;
  return p50 > SLOWEST_LOOP_MS
    ? `the event loop is ${Math.round(p50)} ms late`
    : null;
}

/**
 * Caches the state during a scrape, because collecting it examines every
 * connection.
 */
function oncePerScrape(read: () => Status): () => Status {
  let last: Status | null = null;
  return () => {
    if (last === null) {
      last = read();
      // All metrics of a scrape are read in the same event-loop turn.
      queueMicrotask(() => last = null);
    }
    return last;
  };
}

type Total = keyof Status["totals"];

function registerStatus(registry: Registry, live: Live): void {
  const status = oncePerScrape(() => live.status());
  const gauge = (
    name: string,
    help: string,
    read: (status: Status) => number,
  ) => registry.gauge(`retropal_${name}`, help, () => read(status()));
  for (const key of Object.keys(live.status().totals) as Total[]) {
    const words = key.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase());
    registry.counter(
      `retropal_${words}_total`,
      `${words.replaceAll("_", " ")} since the start`,
      () => status().totals[key],
    );
  }

  registry.gauge("retropal_info", "The release", () => [
    { labels: { version: status().version }, value: 1 },
  ]);
  gauge("uptime_seconds", "Since the start", (s) => s.uptimeSeconds);
  gauge("connections", "Chat connections", (s) => s.connections);
  gauge("sessions", "People signed on", (s) => s.sessions);
  gauge("sessions_peak", "Most people at once", (s) => s.peakSessions);
  gauge("rooms", "Rooms that live", (s) => s.rooms);
  gauge("talkers", "People being heard", (s) => s.talkers);
  registry.gauge("retropal_voice_links", "Members with voice", () => {
    const { tcp, udp } = status().voiceLinks;
    return [
      { labels: { transport: "tcp" }, value: tcp },
      { labels: { transport: "udp" }, value: udp },
    ];
  });
  gauge("video_publishers", "Webcams shown", (s) => s.video.live);
  gauge("video_views", "Webcams watched", (s) => s.video.views);
  gauge(
    "video_connections",
    "Connections to the video port",
    (s) => s.video.connections,
  );
  gauge("memory_rss_bytes", "Resident memory", (s) => s.memory.rss);
  gauge("memory_heap_bytes", "Heap in use", (s) => s.memory.heapUsed);
  gauge(
    "outbox_bytes",
    "Bytes that wait for clients",
    (s) => s.queues.outboxBytes,
  );
  gauge(
    "outbox_largest_bytes",
    "Most that wait for one client",
    (s) => s.queues.largestOutboxBytes,
  );
  gauge(
    "password_hashes",
    "Password checks running and waiting",
    (s) => s.queues.passwordHashes,
  );
  registry.gauge(
    "retropal_loop_lag_seconds",
    "How late the event loop is, over ten seconds",
    () => {
      const { p50, p99 } = status().loopLagMs;
      return [
        { labels: { quantile: "0.5" }, value: p50 / 1000 },
        { labels: { quantile: "0.99" }, value: p99 / 1000 },
      ];
    },
  );
  registry.gauge(
    "retropal_limit",
    "Limits in force, by their key",
    () =>
      Object.entries(status().limits).map(([key, value]) => ({
        labels: { key },
        value,
      })),
  );
}
