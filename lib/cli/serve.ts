/**
 * `retropal serve`: starts the server with its configuration and data, and runs
 * until it is stopped.
 *
 * @module
 */
import { forgetPosition } from "../../db/replica.ts";
import { FolderLock } from "../../db/lock.ts";
import {
  CODE,
  type CommandResult,
  done,
  failure,
} from "../commands/command.ts";
import { choiceOption, flag, numberOption, option } from "../commands/field.ts";
import type { Config } from "../config/config.ts";
import type { DataFolder } from "../config/data_folder.ts";
import { configTemplate } from "../config/template.ts";
import { ControlServer } from "../control/server.ts";
import { bindWarning, CannotListen } from "../ops/listening.ts";
import { activity } from "../ops/activity.ts";
import { catchTheUncaught, EXIT_CRASHED } from "../ops/last_resort.ts";
import { keepOwner } from "../ops/owner.ts";
import { Watchdog } from "../ops/watchdog.ts";
import { nameOfClientType } from "../protocol/packet_types.ts";
import { configureLog, flushLog, logger } from "../ops/log.ts";
import { makeFolder, makeInside } from "./access.ts";
import { EXIT_RESTART, type RunningServer } from "../server/start_server.ts";
import type { Leader } from "../cluster/leader.ts";
import { readCoreFile, removeCoreFile } from "../cluster/core_file.ts";
import { NatsError } from "../cluster/nats_error.ts";
import { removeGatewayFile } from "../cluster/gateway_file.ts";
import { type Local, localCommand } from "./local.ts";
import {
  restoreBetween,
  type RestoreWish,
  withBoundPorts,
} from "./pending_restore.ts";
import {
  choosePorts,
  nextStepFor,
  withFreePorts,
  withPortsOf,
} from "./ports.ts";
import { serveCore, standbyLine } from "./serve_core.ts";
import { serveGateway } from "./serve_gateway.ts";
import { type Flags, readFlags } from "./serve_flags.ts";
import { startOnData } from "./serve_start.ts";
import { watchSignals } from "./signals.ts";

const port = (about: string) =>
  numberOption("PORT", about, { min: 0, max: 65535 });

export const serve = localCommand({
  path: ["serve"],
  summary: "Run the server",
  details:
    "In an empty folder it first creates everything it needs and prints the " +
    "next steps. When it accepts connections it prints one line, " +
    '"ready" and where it listens as JSON; the log goes to standard error. ' +
    "SIGINT and SIGTERM stop it, SIGHUP reloads the settings, and SIGUSR2 " +
    "prepares a restart (see restart).",
  examples: [
    "retropal serve",
    "retropal serve --data /srv/retropal --advertise chat.example.org",
    "retropal serve --advertise 192.168.1.20,chat.example.org",
    "retropal serve --set limits.packets_per_second=60",
  ],
  fields: {
    bind: option("ADDR", "Listen only on this address of the machine."),
    advertise: option(
      "HOST",
      "The address announced to clients for voice. Two addresses separated " +
        "by a comma: one for clients in private networks, one for all others.",
      { joins: "," },
    ),
    advertisePrivate: option(
      "HOST",
      "The address for clients in private networks alone.",
    ),
    chatPort: port("TCP port for chat; default: 5001, 0 for any."),
    voicePort: port("TCP and UDP port for voice; default: 2090."),
    webPort: port("TCP port for the pages; default: 8080."),
    tlsPort: port("TCP port for HTTPS, if web.tls is on; default: 8443."),
    videoPort: port("TCP port for webcams; default: 2092, 0 for any."),
    noVideo: flag("Disable webcams."),
    noWeb: flag("Disable the pages."),
    logLevel: choiceOption(
      ["debug", "info", "warning", "warn", "error"],
      "Lowest level to log; default: info.",
    ),
    logFormat: choiceOption(
      ["text", "json"],
      "Log as text, or as one JSON object per line.",
    ),
    set: option(
      "KEY=VALUE",
      "Any other setting; can be repeated.",
      { joins: "\n" },
    ),
  },
  async run(local, input) {
    return await run(local, readFlags(input));
  },
});

async function run(
  local: Local,
  flags: Flags,
): Promise<CommandResult> {
  const { folder } = local;
  // Ports are chosen once: a reload must not change them.
  const loaded = local.loadConfig(flags);
  const chosen = choosePorts(loaded);
  const { warnings } = loaded;
  const { config } = chosen;
  makeFolder(folder);
  using _lock = new FolderLock(folder.path, "serve");
  writeTemplate(folder);
  startLog(folder, config);
  const log = logger("server");
  const bind = bindWarning(config.server.bind);
  for (
    const warning of [
      ...warnings,
      ...chosen.warnings,
      ...(bind === undefined ? [] : [bind]),
    ]
  ) log.warn(warning);

  try {
    const code = await withFreePorts(
      config,
      loaded.origins,
      (config) => serveRole(local, config, flags),
    );
    return code === CODE.done ? done(null) : {
      code: code === EXIT_CRASHED
        ? CODE.crashed
        : code === EXIT_RESTART
        ? CODE.restart
        : CODE.refused,
      lines: [],
      json: null,
    };
  } catch (error) {
    if (error instanceof NatsError) return failure(CODE.refused, error.message);
    if (!(error instanceof CannotListen)) throw error;
    return failure(CODE.refused, `${error.message} ${nextStepFor(error)}`);
  } finally {
    await flushLog();
  }
}

/** Serves in the configured role. Resolves with the exit code. */
function serveRole(
  local: Local,
  config: Config,
  flags: Flags,
): Promise<number> {
  const { role } = config.cluster;
  if (role !== "gateway") removeGatewayFile(local.folder.gateway);
  if (role !== "core") leaveCluster(local.folder);
  if (role === "") return runAndRestore(local, config, flags);
  if (role === "core") {
    return serveCore({
      folder: local.folder,
      config,
      standby: () => local.terminal.out(standbyLine()),
      lead: async (leader) => {
        const run = { isFirst: true, leader };
        return (await runUntilStopped(local, config, flags, run)).code;
      },
    });
  }
  return serveGateway({
    folder: local.folder,
    config,
    readConfig: () => withPortsOf(config, local.loadConfig(flags)),
    ready: (server) => local.terminal.out(readyLine(server, config)),
  });
}

/** Removes the state of a cluster from the folder of a former core. */
function leaveCluster({ core, database }: DataFolder): void {
  if (readCoreFile(core) === undefined) return;
  forgetPosition(database);
  removeCoreFile(core);
}

/**
 * Runs the server, and starts it again after each restore. Resolves with the
 * exit code.
 */
async function runAndRestore(
  local: Local,
  first: Config,
  flags: Flags,
): Promise<number> {
  for (let config = first, isFirst = true;; isFirst = false) {
    const end = await runUntilStopped(local, config, flags, { isFirst });
    if (end.restore === undefined || end.code !== CODE.done) return end.code;
    await restoreBetween(local.folder.database, end.restore, Date.now());
    config = end.config;
  }
}

interface End {
  readonly code: number;
  /** The restore to carry out before the server starts again. */
  readonly restore: RestoreWish | undefined;
  /** Settings for the next start. */
  readonly config: Config;
}

/** Runs the server. On failure, stops everything that was started. */
async function runUntilStopped(
  local: Local,
  config: Config,
  flags: Flags,
  { isFirst, leader }: { isFirst: boolean; leader?: Leader },
): Promise<End> {
  let restore: RestoreWish | undefined;
  const log = logger("server");
  await using parts = new AsyncDisposableStack();
  const { host, server } = await startOnData(local, config, flags, (wish) => {
    restore ??= wish;
    // Delayed, so that the answer is sent before the pages close.
    setTimeout(() => void server.stop("a backup is restored"), 200);
  }, leader);
  parts.defer(() => server.stop("the start failed", CODE.refused));
  parts.use(watchTheLoop(config));
  const control = new ControlServer(local.folder, host);
  parts.defer(() => control.close());
  parts.defer(watchSignals(server, host));
  parts.defer(catchTheUncaught({
    log,
    doing: () => activity.describe(nameOfClientType),
    end: server.stop,
  }));
  if (isFirst) local.terminal.out(readyLine(server, config));
  const code = await server.stopped;
  return { code, restore, config: withBoundPorts(config, server) };
}

/** Reports a blocked event loop in the log, and later in `status`. */
function watchTheLoop(config: Config): Watchdog {
  const log = logger("watchdog");
  return new Watchdog({
    nameOf: nameOfClientType,
    thread: config.log.watchdog_thread,
    format: config.log.format,
    onStall: ({ ms, doing }) =>
      log.error("the event loop was blocked", { ms, doing }),
  });
}

/**
 * Returns the only line on standard output; its form is fixed. A server that
 * listens on all addresses is named by one that can be connected to.
 */
function readyLine(
  { chat, voice, video, web, webs }: Pick<
    RunningServer,
    "chat" | "voice" | "video" | "web" | "webs"
  >,
  { cluster: { role } }: Config,
): string {
  const reachable = (endpoint: string) =>
    endpoint.replace(/^0\.0\.0\.0:/, "127.0.0.1:").replace(
      /^\[::\]:/,
      "[::1]:",
    );
  return `ready ${
    JSON.stringify({
      chat: reachable(chat),
      voice: reachable(voice),
      video: video === null ? null : reachable(video),
      web: web === null ? null : reachable(web),
      webs: webs === null ? null : reachable(webs),
      pid: Deno.pid,
      role,
    })
  }`;
}

function startLog(folder: DataFolder, config: Config): void {
  if (config.log.file) {
    makeInside(folder.logs);
  }
  configureLog({
    level: config.log.level,
    format: config.log.format,
    ...(config.log.file && {
      file: {
        path: folder.logFile,
        maxBytes: config.log.file_bytes,
        keep: config.log.file_keep,
        maxMs: config.log.file_days * 86_400_000,
      },
    }),
  });
}

function writeTemplate(folder: DataFolder): void {
  try {
    Deno.writeTextFileSync(folder.config, configTemplate(), {
      createNew: true,
      mode: 0o600,
    });
    keepOwner(folder.config);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}
