/**
 * The voice server, connected to the rooms of the chat server.
 *
 * @module
 */
import type { Context } from "../chat/context.ts";
import { takeTurn } from "../chat/handlers/microphone.ts";
import { announceMediaServer } from "../chat/membership.ts";
import type { Session } from "../domain/session.ts";
import { logger } from "../ops/log.ts";
import { voiceLimits } from "../voice/limits.ts";
import { startVoice, type VoiceServer } from "../voice/server.ts";
import type { Core } from "./core.ts";
import { addressIn } from "./media_server.ts";
import { voiceRoster } from "./voice_roster.ts";

/** Runs work on the chat side that was not caused by a packet. */
export type Act = (work: (ctx: Context) => void) => void;

export class VoicePart implements AsyncDisposable {
  readonly #unsubscribe: () => void;

  private constructor(core: Core, readonly server: VoiceServer) {
    // The relay keeps each room's rule until it is notified of a change.
    this.#unsubscribe = core.config.onChange(() => {
      for (const gid of core.world.rooms.keys()) server.policyChanged(gid);
    });
  }

  /**
   * Starts voice. Rejects with CannotListen. `act` is not called before clients
   * are in rooms.
   */
  static async start(core: Core, act: Act): Promise<VoicePart> {
    const { world, config } = core;
    const { server, voice } = config.current;
    const announced = (session: Session) => addressIn(core.hosts.now, session);
    return new VoicePart(
      core,
      await startVoice({
        bind: server.bind,
        port: server.voice_port,
        udp: voice.udp,
        log: logger("voice"),
        limits: voiceLimits(() => config.current),
        roster: voiceRoster(world, () => config.current, {
          onLinkLost: (gid, uid) =>
            act((ctx) => {
              const room = world.rooms.get(gid);
              const session = world.online.get(uid);
              if (room && session) announceMediaServer(ctx, room, session);
            }),
          onTalk: (gid, uid, talking) => {
            if (talking) act((ctx) => takeTurn(ctx, gid, uid));
          },
        }, announced),
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe();
    await this.server.shutdown();
  }
}
