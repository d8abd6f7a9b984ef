/**
 * Puts the server together: store and configuration in, chat and voice (and
 * pages) out.
 *
 * @module
 */
import { Counters } from "./chat/counters.ts";
import type { RunCommand } from "./chat/context.ts";
import { LiveServer } from "./chat/live.ts";
import { hasherFor, voiceLimits } from "./from_config.ts";
import { takeTurn } from "./chat/handlers/microphone.ts";
import { announceMediaServer } from "./chat/membership.ts";
import { mediaServer } from "./chat/media_server.ts";
import { ChatServer } from "./chat/server.ts";
import { SignOnGuard } from "./chat/sign_on_guard.ts";
import { voiceRoster } from "./chat/voice_roster.ts";
import type { Live, Status } from "./commands/live.ts";
import type { Config } from "./config/config.ts";
import type { Store } from "./domain/store.ts";
import { World } from "./domain/world.ts";
import { keepHouse } from "./ops/housekeeping.ts";
import { activity } from "./ops/activity.ts";
import { logger } from "./ops/log.ts";
import { LoopLagMeter } from "./ops/loop_lag.ts";
import { HostResolver } from "./ops/named_hosts.ts";
import { addServerMetrics } from "./ops/server_metrics.ts";
import { Rates } from "./ops/rates.ts";
import { startVoice, type VoiceServer } from "./voice/server.ts";
import { startWeb, type WebOptions, type WebServer } from "./web/server.ts";

export interface ServerOptions {
  readonly config: Config;
  /** Opened by the caller, closed by the server when it ends. */
  readonly store: Store;
  /** Answers what people write to the system user. */
  readonly runCommand?: (live: Live) => RunCommand;
  /** Writes a consistent copy of the database to a file that is not there. */
  readonly backup?: (file: string) => Promise<void>;
  /** In which a command of staff on the pages runs. */
  readonly commandContext?: WebOptions["commandContext"];
  readonly clock?: () => number;
  /** Injectable so that tests know which key number comes. */
  readonly random?: () => number;
}

export interface RunningServer {
  /** "host:port" where it listens. */
  readonly chat: string;
  readonly voice: string;
  readonly web: string | null;
  readonly live: Live;
  /** Resolves with the exit code when the server has ended. */
  readonly stopped: Promise<number>;
  /** Tells everybody, writes what waits, ends; never rejects. */
  stop(reason: string, exitCode?: number): Promise<void>;
}

const RATES = [
  "packetsIn",
  "packetsOut",
  "voiceFramesIn",
  "voiceFramesOut",
] as const;
/** How often deferred writes (last seen, audit) reach the disk. */
const FLUSH_MS = 1000;

/** How long each part may take to end; all of them take less by far. */
const STEP_MS = 5000;
const FAREWELL = "The server is going down. Please come back later.";

const hostAndPort = ({ hostname, port }: Deno.NetAddr) =>
  hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;

/** Starts everything; when it resolves, connections are accepted. */
export async function startServer(
  options: ServerOptions,
): Promise<RunningServer> {
  const { store } = options;
  const clock = options.clock ?? Date.now;
  const world = World.load(store, clock() / 1000);
  const passwords = hasherFor(options.config);
  let settings = options.config;
  const hosts = new HostResolver(() => settings, logger("names"));
  await hosts.refresh();
  const lag = new LoopLagMeter();
  const rates = new Rates<typeof RATES[number]>();
  const log = logger("chat");
  let voice: VoiceServer | undefined;

  const chat = new ChatServer({
    bind: options.config.server.bind,
    port: options.config.server.chat_port,
    services: {
      world,
      store,
      passwords,
      log,
      counters: new Counters(),
      guard: new SignOnGuard(options.config.limits),
      media: mediaServer(() => voice?.port ?? 0, () => hosts.now),
      settings: options.config,
      redirect: () => hosts.now.redirect,
      clock,
      random: options.random ?? Math.random,
      runCommand: () => Promise.resolve(["There are no commands here."]),
    },
  });
  const { services } = chat;

  try {
    voice = await startVoice({
      bind: options.config.server.bind,
      port: options.config.server.voice_port,
      udp: options.config.voice.udp,
      log: logger("voice"),
      limits: voiceLimits(options.config),
      roster: voiceRoster(world, {
        onLinkLost: (gid, uid) =>
          chat.act((ctx) => {
            const room = world.rooms.get(gid);
            const session = world.online.get(uid);
            if (room && session) announceMediaServer(ctx, room, session);
          }),
        onTalk: (gid, uid, talking) => {
          if (talking) chat.act((ctx) => takeTurn(ctx, gid, uid));
        },
      }),
    });
  } catch (error) {
    lag.stop();
    hosts.stop();
    await chat.stop("");
    throw error;
  }
  chat.voice = voice;
  const relay = voice;

  const apply = (config: Config) => {
    services.settings = config;
    services.guard.refresh(config.limits);
    chat.door.refresh(config);
    settings = config;
    void hosts.refresh();
  };

  const timer = setInterval(() => {
    const { packetsIn } = services.counters;
    const stats = relay.stats();
    rates.sample({
      packetsIn,
      packetsOut: services.counters.packetsOut,
      voiceFramesIn: stats.in,
      voiceFramesOut: stats.out,
    });
    flush(store);
  }, FLUSH_MS);

  let web: WebServer | undefined;
  const stopCleaning = keepHouse({
    store,
    clock,
    log: logger("store"),
    config: () => services.settings,
  });

  const ended = Promise.withResolvers<number>();
  let stopping = false;
  const stop = async (reason: string, exitCode = 0) => {
    if (stopping) return void await ended.promise;
    stopping = true;
    log.info("stopping", { reason });
    clearInterval(timer);
    stopCleaning();
    let code = exitCode;
    const step = async (
      what: string,
      work: () => void | Promise<void> | undefined,
    ) => {
      try {
        await within(STEP_MS, work());
      } catch (error) {
        code ||= 1;
        log.error("could not end cleanly", { what, error: `${error}` });
      }
    };
    await step("web", () => web?.shutdown());
    await step("chat", () => chat.stop(FAREWELL));
    await step("voice", () => relay.shutdown());
    lag.stop();
    hosts.stop();
    await step("store", () => store.close());
    ended.resolve(code);
  };

  const endpoints = (): Status["endpoints"] => ({
    chat: hostAndPort(chat.address),
    voice: hostAndPort(relay.addr),
    web: web === undefined ? null : hostAndPort(web.addr),
    advertised: hosts.now.outside ?? hosts.now.inside ?? "",
    advertisedPrivate: hosts.now.inside ?? "",
  });
  const live = new LiveServer(chat, {
    startedAt: clock(),
    endpoints,
    voice: () => relay,
    loopLag: () => lag.read(),
    passwordHashes: () => passwords.waiting + passwords.running,
    rates: () => rates.read(RATES),
    configChanged: apply,
    stop: (reason) => void stop(reason),
  });
  if (options.runCommand) services.runCommand = options.runCommand(live);
  if (options.config.web.enabled) {
    try {
      web = await startWeb({
        bind: options.config.web.bind || options.config.server.bind,
        port: options.config.web.port,
        legacyPort: options.config.web.legacy_port,
        config: () => services.settings,
        store,
        live,
        passwords,
        guard: services.guard,
        log: logger("web"),
        clock,
        metrics: (registry) =>
          addServerMetrics(registry, services.counters, () => relay.stats()),
        ...(options.backup !== undefined && { backup: options.backup }),
        ...(options.commandContext !== undefined && {
          commandContext: options.commandContext,
        }),
      });
    } catch (error) {
      await stop("the pages cannot be served", 1);
      throw error;
    }
  }
  chat.start();
  return { ...endpoints(), live, stopped: ended.promise, stop };
}

/** Rejects when `work` has not ended in time. */
async function within(ms: number, work: void | Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A full disk must not end the server: the writes stay queued. */
function flush(store: Store): void {
  activity.task("deferred writes", Date.now());
  try {
    store.flush();
  } catch (error) {
    logger("store").error("deferred writes failed", { error: `${error}` });
  }
}
