/**
 * Assembles the server from store and configuration: chat, voice, video and
 * pages. Each part starts in its own file and is joined here.
 *
 * @module
 */
import type { RunCommand } from "../chat/context.ts";
import type { LiveConfig } from "../config/live_config.ts";
import { type Handover, handoverOf } from "../domain/handover.ts";
import type { Live } from "../ops/live.ts";
import { logger } from "../ops/log.ts";
import type { NightlyOptions } from "../upkeep/nightly_backups.ts";
import { startBackups } from "./backup_part.ts";
import { ChatPart } from "./chat_part.ts";
import { Core, type CoreOptions } from "./core.ts";
import { endpointsOf } from "./endpoints.ts";
import { LiveServer } from "./live.ts";
import { MailPart } from "./mail_part.ts";
import { Parts } from "./parts.ts";
import { StatisticsPart } from "./statistics_part.ts";
import { UpkeepPart } from "./upkeep_part.ts";
import { VideoPart } from "./video_part.ts";
import { VoicePart } from "./voice_part.ts";
import { WebPart, type WebTools } from "./web_part.ts";

export interface ServerOptions extends CoreOptions, Omit<WebTools, "backup"> {
  /**
   * Writes a verified copy of the database to a file that does not exist yet.
   */
  readonly backup?: NightlyOptions["take"];
  /** Folder of automatic backups; without it none are made. */
  readonly backupFolder?: string;
  /** Answers messages to the system user. */
  readonly runCommand?: (live: Live) => RunCommand;
  /**
   * Stores the state for the next server; without it a planned restart is
   * impossible.
   */
  readonly writeHandover?: (handover: Handover) => void;
  /** Joins the server to a cluster, before it accepts connections. */
  readonly joinCluster?: (
    parts: ClusterNeighbours,
  ) => Promise<ClusterMember> | ClusterMember;
}

export interface ClusterMember extends AsyncDisposable {
  /**
   * Called before anything else stops: transfers the gateways' clients to
   * another core or, with `comesBack`, to the one that starts next.
   */
  leave(comesBack: boolean): Promise<void>;
}

/** The parts of this server that a cluster uses. */
export interface ClusterNeighbours {
  readonly core: Core;
  readonly chat: ChatPart;
  readonly voice: VoicePart;
  readonly video: VideoPart | undefined;
  readonly statistics: StatisticsPart;
}

/** Exit code after which a service manager starts the server again. */
export const EXIT_RESTART = 75;

export interface RunningServer {
  /** "host:port" that it listens on. */
  readonly chat: string;
  readonly voice: string;
  /** Null when webcams are off. */
  readonly video: string | null;
  readonly web: string | null;
  /** Address of the HTTPS port; null when it is off. */
  readonly webs: string | null;
  readonly live: Live;
  readonly config: LiveConfig;
  /** Resolves with the exit code when the server has stopped. */
  readonly stopped: Promise<number>;
  /** Stops in order to be started again. Returns why not, when it cannot. */
  restart(force?: boolean): string | null;
  /** Notifies all clients, writes what is queued, and stops. Never rejects. */
  stop(reason: string, exitCode?: number): Promise<void>;
}

const NO_LOCATION =
  "The pages, and with them location2.txt, are off (web.enabled): a client " +
  "whose reconnect fails once would forget this server permanently. " +
  "Turn them on, or restart with --force.";

/** Starts everything. Resolves when connections are accepted. */
export async function startServer(
  options: ServerOptions,
): Promise<RunningServer> {
  const log = logger("server");
  const parts = new Parts(log);
  const ending = new Ending(parts);
  try {
    const core = parts.use("store", await Core.start(options));
    const { config } = core;
    // Stops last, because the final messages of the other parts must still be
    // sent.
    const cluster = parts.use("cluster", new AsyncDisposableStack());
    const voice = parts.use(
      "voice",
      await VoicePart.start(core, (work) => chat.server.act(work)),
    );
    const chat = parts.use("chat", new ChatPart(core, voice.server));
    const video = config.current.video.enabled
      ? parts.use("video", new VideoPart(core, chat))
      : undefined;
    const counted = [
      core,
      chat.server.services.counters,
      voice.server,
      video?.server,
    ] as const;
    const upkeep = parts.use(
      "upkeep",
      new UpkeepPart(...counted),
    );
    const statistics = parts.use(
      "statistics",
      new StatisticsPart(...counted),
    );
    const backups = startBackups(core, options);
    if (backups) parts.use("backups", backups);
    let web: WebPart | undefined;
    const endpoints = () =>
      endpointsOf(core, {
        chat: chat.server,
        voice: voice.server,
        video: video?.server,
        web: web?.server,
      });
    const mail = parts.use("mail", new MailPart(core, endpoints));
    const letters = () => mail.letters();
    chat.server.services.letters = letters;
    const restarter = new Restarter(core, ending, options.writeHandover);
    const restart = (force?: boolean) =>
      restarter.restart(chat, force || web !== undefined);
    const live = new LiveServer({
      core,
      chat: chat.server,
      voice: voice.server,
      video: video?.server,
      upkeep,
      statistics,
      endpoints,
      letters,
      tls: () => web?.tlsStatus() ?? null,
      stop: (reason) => void ending.stop(reason),
      restart,
    });
    if (options.runCommand) {
      chat.server.services.runCommand = options.runCommand(live);
    }
    if (config.current.web.enabled) {
      web = parts.use(
        "web",
        await WebPart.start(
          core,
          {
            live,
            chat,
            voice,
            video,
            statistics,
            backups,
            house: upkeep.house,
          },
          webTools(options),
        ),
      );
    }
    chat.webPort = web?.server.addr.port ?? null;
    if (options.joinCluster !== undefined) {
      const member = await options.joinCluster({
        core,
        chat,
        voice,
        video,
        statistics,
      });
      cluster.use(member);
      parts.use("gateways", {
        [Symbol.asyncDispose]: () => member.leave(restarter.isRestarting),
      });
    }
    chat.accept();
    return {
      ...endpoints(),
      live,
      config,
      stopped: ending.ended,
      restart,
      stop: (reason, exitCode) => ending.stop(reason, exitCode),
    };
  } catch (error) {
    await parts[Symbol.asyncDispose]();
    throw error;
  }
}

/** Stops the server so that it can be started again. */
class Restarter {
  isRestarting = false;
  readonly #core: Core;
  readonly #ending: Ending;
  readonly #write: ServerOptions["writeHandover"];

  constructor(
    core: Core,
    ending: Ending,
    write: ServerOptions["writeHandover"],
  ) {
    this.#core = core;
    this.#ending = ending;
    this.#write = write;
  }

  /** Returns why it cannot be done; null: it has begun. */
  restart(chat: ChatPart, mayLoseClients: boolean): string | null {
    const write = this.#write;
    if (write === undefined) {
      return "This server cannot be restarted by itself.";
    }
    if (!mayLoseClients) return NO_LOCATION;
    const { world, clock } = this.#core;
    try {
      // Fails now, not when the clients are already disconnected.
      write(handoverOf(world, clock()));
    } catch (error) {
      return `The hand-over file cannot be written: ${error}`;
    }
    this.isRestarting = true;
    // After the answer was sent, because the control channel closes too.
    setTimeout(() =>
      void this.#ending.stop(
        "planned restart",
        EXIT_RESTART,
        () => chat.handOver(write),
      ), 100);
    return null;
  }
}

function webTools({ backup, ...options }: ServerOptions): WebTools {
  return {
    ...options,
    ...(backup && {
      backup: (file) => backup(file, new AbortController().signal),
    }),
  };
}

/**
 * The shutdown of a server, which happens once however often it is requested.
 */
class Ending {
  readonly #parts: Parts;
  readonly #ended = Promise.withResolvers<number>();
  #stopping = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Resolves with the exit code. */
  get ended(): Promise<number> {
    return this.#ended.promise;
  }

  /** Runs `first` while everything is still running, then stops. */
  async stop(
    reason: string,
    exitCode = 0,
    first?: () => Promise<void>,
  ): Promise<void> {
    if (!this.#stopping) {
      this.#stopping = true;
      logger("chat").info("stopping", { reason });
      await first?.().catch((error) =>
        logger("server").error("the restart is not clean", {
          error: String(error),
        })
      );
      await this.#parts[Symbol.asyncDispose]();
      this.#ended.resolve(exitCode || (this.#parts.failed ? 1 : 0));
    }
    await this.#ended.promise;
  }
}
