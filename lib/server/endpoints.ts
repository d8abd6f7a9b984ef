/**
 * The addresses that the server listens on, and those that clients are given.
 *
 * @module
 */
import type { ChatServer } from "../chat/server.ts";
import type { Status } from "../ops/live.ts";
import type { VideoServer } from "../video/server.ts";
import type { VoiceServer } from "../voice/server.ts";
import type { WebServer } from "../web/server.ts";
import type { Core } from "./core.ts";

export interface Listeners {
  readonly chat: ChatServer;
  readonly voice: VoiceServer;
  readonly video: VideoServer | undefined;
  readonly web: WebServer | undefined;
}

export function endpointsOf(
  { hosts }: Core,
  { chat, voice, video, web }: Listeners,
): Status["endpoints"] {
  const { outside, inside } = hosts.now;
  return {
    chat: hostAndPort(chat.address),
    voice: hostAndPort(voice.addr),
    video: video === undefined ? null : hostAndPort(video.addr),
    web: web === undefined ? null : hostAndPort(web.addr),
    webs: web?.tlsAddr ? hostAndPort(web.tlsAddr) : null,
    advertised: outside ?? inside ?? "",
    advertisedPrivate: inside ?? "",
  };
}

/** Writes an address as "host:port", with brackets around IPv6. */
export function hostAndPort({ hostname, port }: Deno.NetAddr): string {
  return hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`;
}
