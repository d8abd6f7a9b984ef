/**
 * Connects the pages' WebSockets to chat and voice.
 *
 * @module
 */
import type { ChatServer } from "../chat/server.ts";
import type { VideoServer } from "../video/server.ts";
import { VideoWireLink } from "../video/wire_link.ts";
import type { VoiceServer } from "../voice/server.ts";
import type { SocketPorts } from "../web/sockets/ports.ts";
import type { Core } from "./core.ts";

export function socketPorts(
  { world }: Core,
  chat: ChatServer,
  voice: VoiceServer,
  video: VideoServer | undefined,
): SocketPorts {
  return {
    chat(wire) {
      const session = chat.adopt(wire)?.session;
      if (session === undefined) return undefined;
      session.overWebSocket = true;
      return {
        owner: () =>
          session.phase === "online"
            ? { uid: session.uid, session: session.id }
            : undefined,
        allow: (uid) => {
          session.ticketUid = uid;
        },
      };
    },
    voice: (wire, owner) => voice.adopt(wire, owner),
    ...(video !== undefined && {
      video: (wire, { uid, session }) => {
        const online = world.online.get(uid);
        if (online?.id !== session) return false;
        void new VideoWireLink(wire, online, video.relay).run();
        return true;
      },
    }),
    sessionOf: (uid) => world.online.get(uid)?.id,
  };
}
