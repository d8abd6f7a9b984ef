/**
 * A snapshot of the running server for `status`, the desk and metrics.
 *
 * @module
 */
import type { Counters } from "../chat/counters.ts";
import type { ChatServer } from "../chat/server.ts";
import type { Config } from "../config/config.ts";
import type { Status } from "../ops/live.ts";
import type { Letters } from "../ops/letters.ts";
import { recentErrors } from "../ops/log.ts";
import { VERSION } from "../version.ts";
import type { VideoServer, VideoStats } from "../video/server.ts";
import type { VoiceServer, VoiceStats } from "../voice/server.ts";
import type { Core } from "./core.ts";
import type { StatisticsPart } from "./statistics_part.ts";
import type { UpkeepPart } from "./upkeep_part.ts";

/** The parts of the server that the live port shows and controls. */
export interface LivePorts {
  readonly core: Core;
  readonly chat: ChatServer;
  readonly voice: VoiceServer;
  readonly video: VideoServer | undefined;
  readonly upkeep: UpkeepPart;
  readonly statistics: Pick<StatisticsPart, "refresh">;
  endpoints(): Status["endpoints"];
  letters(): Letters | null;
  tls(): Status["tls"];
  stop(reason: string): void;
  restart(force: boolean): string | null;
}

export function statusOf(ports: LivePorts): Status {
  const { core, chat, upkeep } = ports;
  const { passwords, world, config, startedAt } = core;
  const voice = ports.voice.stats();
  const video = ports.video?.stats();
  const queued = [...chat.connections.values()].map((c) => c.queuedBytes);
  const memory = Deno.memoryUsage();
  return {
    version: VERSION,
    pid: Deno.pid,
    startedAt,
    uptimeSeconds: core.uptimeSeconds,
    endpoints: ports.endpoints(),
    tls: ports.tls(),
    connections: chat.connections.size,
    sessions: world.online.size,
    peakSessions: world.peakOnline,
    rooms: world.rooms.size,
    voiceLinks: { tcp: voice.links, udp: voice.peers },
    talkers: voice.speaking,
    video: {
      publishers: video?.publishers ?? 0,
      live: video?.live ?? 0,
      views: video?.views ?? 0,
      connections: video?.connections ?? 0,
    },
    rates: upkeep.rates(),
    totals: totals(chat.services.counters, voice, video),
    memory: { rss: memory.rss, heapUsed: memory.heapUsed },
    queues: {
      outboxBytes: sum(queued),
      largestOutboxBytes: queued.reduce((max, n) => Math.max(max, n), 0),
      passwordHashes: passwords.waiting + passwords.running,
    },
    loopLagMs: upkeep.loopLag(),
    limits: limitsOf(config.current),
    errors: recentErrors(),
  };
}

function totals(
  counters: Counters,
  voice: VoiceStats,
  video: VideoStats | undefined,
): Status["totals"] {
  return {
    packetsIn: counters.packetsIn,
    packetsOut: counters.packetsOut,
    voiceFramesIn: voice.in,
    voiceFramesOut: voice.out,
    voiceFramesDropped: sum(Object.values(voice.dropped)),
    picturesIn: video?.picturesIn ?? 0,
    picturesOut: video?.picturesOut ?? 0,
    picturesRefused: sum(Object.values(video?.refused ?? {})),
    videoBytesIn: video?.bytesIn ?? 0,
    videoBytesOut: video?.bytesOut ?? 0,
    signOns: counters.signOns,
    signOnsRefused: counters.signOnsRefused,
    packetsOverRate: counters.packetsOverRate,
    unknownPackets: counters.unknownPackets,
    slowClientsClosed: counters.slowClientsClosed,
    malformedPackets: counters.malformedPackets,
    packetsRefused: sum([...counters.refusals.values()]),
    floodersClosed: counters.floodersClosed,
    connectionsRefused: counters.connectionsRefused,
    strangersClosed: counters.strangersClosed,
    packetErrors: counters.handlerErrors,
    coreErrors: counters.coreErrors,
  };
}

function limitsOf({ limits }: Config): Status["limits"] {
  return Object.fromEntries(
    Object.entries(limits).map(([key, value]) => [`limits.${key}`, value]),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
