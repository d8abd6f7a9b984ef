/**
 * The pages of the running server.
 *
 * @module
 */
import { logger } from "../ops/log.ts";
import type { Live, TlsStatus } from "../ops/live.ts";
import type { Housekeeper } from "../upkeep/housekeeping.ts";
import type { NightlyBackups } from "../upkeep/nightly_backups.ts";
import { addServerMetrics } from "./server_metrics.ts";
import { startWeb, type WebOptions, type WebServer } from "../web/server.ts";
import type { ChatPart } from "./chat_part.ts";
import type { Core } from "./core.ts";
import { Https } from "./https.ts";
import type { StatisticsPart } from "./statistics_part.ts";
import { socketPorts } from "./socket_ports.ts";
import type { VideoPart } from "./video_part.ts";
import type { VoicePart } from "./voice_part.ts";

/** What the pages may do beyond the live port. */
export interface WebTools {
  /**
   * Writes a consistent copy of the database to a file that does not exist yet.
   */
  readonly backup?: WebOptions["backup"];
  /** Stops the server, restores a backup, and starts it again. */
  readonly restore?: NonNullable<WebOptions["restore"]>;
  /** Opens the setup page. */
  readonly setupDoor?: NonNullable<WebOptions["setupDoor"]>;
  /** Changes settings from the desk. */
  readonly settings?: NonNullable<WebOptions["settings"]>;
  /** Returns the context in which a command of staff runs. */
  readonly commandContext?: NonNullable<WebOptions["commandContext"]>;
  /** Folder for certificates and keys; without it there is no HTTPS. */
  readonly tlsFolder?: string;
}

export interface WebNeighbours {
  readonly backups: NightlyBackups | undefined;
  readonly live: Live;
  readonly chat: ChatPart;
  readonly voice: VoicePart;
  readonly video: VideoPart | undefined;
  readonly statistics: StatisticsPart;
  readonly house: Housekeeper;
}

export class WebPart implements AsyncDisposable {
  readonly #unsubscribe: () => void;
  readonly #https: Https | undefined;

  private constructor(
    readonly server: WebServer,
    https: Https | undefined,
    { config }: Core,
  ) {
    this.#https = https;
    this.#unsubscribe = config.onChange(() => server.expelNotAllowed());
  }

  /** Starts the pages. Rejects with CannotListen. */
  static async start(
    core: Core,
    { live, chat, voice, video, statistics, backups, house }: WebNeighbours,
    { backup, commandContext, restore, settings, setupDoor, tlsFolder }:
      WebTools,
  ): Promise<WebPart> {
    const { config, store, passwords, clock, steady } = core;
    const { addressBans, admission } = core;
    const { web, server } = config.current;
    const { guard, counters, outsideLines } = chat.server.services;
    const https = web.tls === "off" || tlsFolder === undefined
      ? undefined
      : new Https(config, clock, tlsFolder);
    try {
      const pages = await startWeb({
        bind: web.bind || server.bind,
        port: web.port,
        legacyPort: web.legacy_port,
        config: () => config.current,
        store,
        live,
        passwords,
        addressBans,
        admission,
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
            {
              statistics,
              rooms: () => core.world.rooms.values(),
              uplinkKbit: () => config.current.server.uplink_kbit,
            },
          ),
        drops: chat.drops,
        house,
        ...(backup && { backup }),
        ...(backups && { backups }),
        ...(restore && { restore }),
        ...(settings && { settings }),
        ...(setupDoor && { setupDoor }),
        ...(commandContext && { commandContext }),
        ...(https && { tls: https.forPages(web.tls_port) }),
      });
      https?.start();
      return new WebPart(pages, https, core);
    } catch (error) {
      https?.close();
      throw error;
    }
  }

  /** Returns null without HTTPS. */
  tlsStatus(): TlsStatus | null {
    return this.#https?.keeper.status() ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe();
    this.#https?.close();
    await this.server.shutdown();
  }
}
