/**
 * The pages, joined to the running server.
 *
 * @module
 */
import { logger } from "../ops/log.ts";
import type { Live } from "../ops/live.ts";
import type { NightlyBackups } from "../ops/nightly_backups.ts";
import { addServerMetrics } from "./server_metrics.ts";
import { startWeb, type WebOptions, type WebServer } from "../web/server.ts";
import type { ChatPart } from "./chat_part.ts";
import type { Core } from "./core.ts";
import { socketPorts } from "./socket_ports.ts";
import type { VideoPart } from "./video_part.ts";
import type { VoicePart } from "./voice_part.ts";

/** What the pages may do beyond the live port. */
export interface WebTools {
  /** Writes a consistent copy of the database to a file that is not there. */
  readonly backup?: WebOptions["backup"];
  /** Changes settings from the desk. */
  readonly settings?: NonNullable<WebOptions["settings"]>;
  /** Makes the context in which a command of staff runs. */
  readonly commandContext?: NonNullable<WebOptions["commandContext"]>;
}

export interface WebNeighbours {
  readonly backups: NightlyBackups | undefined;
  readonly live: Live;
  readonly chat: ChatPart;
  readonly voice: VoicePart;
  readonly video: VideoPart | undefined;
}

export class WebPart implements AsyncDisposable {
  readonly #unsubscribe: () => void;

  private constructor(readonly server: WebServer, { config }: Core) {
    this.#unsubscribe = config.onChange(() => server.expelNotAllowed());
  }

  /** Rejects with CannotListen. */
  static async start(
    core: Core,
    { live, chat, voice, video, backups }: WebNeighbours,
    { backup, commandContext, settings }: WebTools,
  ): Promise<WebPart> {
    const { config, store, passwords, clock, steady } = core;
    const { web, server } = config.current;
    const { guard, counters, outsideLines } = chat.server.services;
    return new WebPart(
      await startWeb({
        bind: web.bind || server.bind,
        port: web.port,
        legacyPort: web.legacy_port,
        config: () => config.current,
        store,
        live,
        passwords,
        guard,
        log: logger("web"),
        outsideLines,
        clock,
        steady,
        sockets: socketPorts(core, chat.server, voice.server, video?.server),
        metrics: (registry) =>
          addServerMetrics(
            registry,
            counters,
            () => voice.server.stats(),
            () => video?.server.stats(),
          ),
        drops: chat.drops,
        ...(backup && { backup }),
        ...(backups && { backups }),
        ...(settings && { settings }),
        ...(commandContext && { commandContext }),
      }),
      core,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe();
    await this.server.shutdown();
  }
}
