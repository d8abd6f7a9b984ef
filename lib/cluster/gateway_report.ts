/**
 * What a gateway tells the core of itself: where it is, and once a second what
 * it has counted.
 *
 * @module
 */
import type { Counters } from "../chat/counters.ts";
import type { Camera } from "../domain/cameras.ts";
import { hostAndPort } from "../server/endpoints.ts";
import type { Advertised } from "../server/media_server.ts";
import { VERSION } from "../version.ts";
import type { VideoServer } from "../video/server.ts";
import type { VoiceServer } from "../voice/server.ts";
import type { GatewayInfo, GatewayStats } from "./control.ts";
import { countersOf, type GatewayChat } from "./gateway.ts";
import { reachableAddress } from "./own_address.ts";

/** The parts of a gateway that count. */
export interface GatewayParts {
  readonly chat: GatewayChat;
  readonly counters: Counters;
  readonly voice: VoiceServer;
  readonly video: VideoServer | undefined;
  readonly cameras: Iterable<Camera>;
}

/** Returns the report; the quality of voice is that since the last one. */
export function statsOf(
  { chat, counters, voice, video, cameras }: GatewayParts,
): GatewayStats {
  return {
    connections: chat.connections,
    ...countersOf(counters),
    voice: voice.stats(),
    video: video === undefined ? null : {
      stats: video.stats(),
      cameras: [...cameras].map((camera) => [
        camera.uid,
        video.received(camera),
      ]),
    },
    memory: Deno.memoryUsage().rss,
    quality: [...voice.relay.takeQuality()],
  };
}

/** The ports of a gateway. */
export interface GatewayPorts {
  readonly chat: Deno.NetAddr;
  readonly voice: Deno.NetAddr;
  readonly video: Deno.NetAddr | null;
}

/** Returns what the core needs to know of a gateway with these addresses. */
export function infoOf(
  { inside, outside }: Advertised,
  { chat, voice, video }: GatewayPorts,
): GatewayInfo {
  return {
    version: VERSION,
    pid: Deno.pid,
    host: Deno.hostname(),
    outside: outside ?? null,
    inside: inside ?? null,
    address: reachableAddress(chat.hostname),
    chat: hostAndPort(chat),
    voice: hostAndPort(voice),
    voicePort: voice.port,
    videoPort: video?.port ?? null,
  };
}
