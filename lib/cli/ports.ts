/**
 * Chooses the ports of `serve` that were not set, and gives advice about ports
 * that cannot be opened.
 *
 * @module
 */
import { buildConfig, type Config, valueAt } from "../config/config.ts";
import type { Loaded } from "../config/load.ts";
import { CannotListen } from "../ops/listening.ts";

interface Port {
  readonly setting: string;
  readonly flag: string;
  readonly udp: boolean;
  readonly bind: readonly string[];
}

const GATEWAY_PORTS = [
  "server.chat_port",
  "server.voice_port",
  "server.video_port",
  "web.port",
];

const PORTS: readonly Port[] = [
  {
    setting: "server.chat_port",
    flag: "--chat-port",
    udp: false,
    bind: ["server.bind"],
  },
  {
    setting: "server.voice_port",
    flag: "--voice-port",
    udp: true,
    bind: ["server.bind"],
  },
  {
    setting: "server.video_port",
    flag: "--video-port",
    udp: false,
    bind: ["server.bind"],
  },
  {
    setting: "web.port",
    flag: "--web-port",
    udp: false,
    bind: ["web.bind", "server.bind"],
  },
  {
    setting: "web.tls_port",
    flag: "--tls-port",
    udp: false,
    bind: ["web.bind", "server.bind"],
  },
];

/**
 * Replaces a default port by any free one if another program uses it, or if
 * another port was set to 0 (as for a second server beside the first, or in a
 * test). Adds a warning when it does.
 */
export function choosePorts(
  { config, origins }: Pick<Loaded, "config" | "origins">,
): { readonly config: Config; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const free = new Set<string>();
  const named = PORTS.filter(({ setting }) =>
    origins.get(setting) !== "default"
  );
  const anyFree = named.some(({ setting }) => valueAt(config, setting) === 0);
  for (const port of PORTS) {
    if (named.includes(port)) continue;
    if (!isServed(port.setting, config)) continue;
    if (anyFree) {
      free.add(port.setting);
      continue;
    }
    if (!isTaken(port, config)) continue;
    free.add(port.setting);
    warnings.push(
      `Port ${
        valueAt(config, port.setting)
      } (${port.setting}) is used by another program, so a free one was chosen. To choose the port yourself, add ${port.flag} PORT.`,
    );
  }
  if (free.size === 0) return { config, warnings };
  return {
    config: buildConfig((key) => free.has(key) ? 0 : valueAt(config, key)),
    warnings,
  };
}

/** Attempts to open a port that other processes take in the meantime. */
const TRIES = 5;

/**
 * Starts the server with these ports. In a cluster several servers may start on
 * one machine at the same time: a server that loses the race for a default port
 * tries again with any free one.
 */
export async function withFreePorts<T>(
  config: Config,
  origins: Loaded["origins"],
  serve: (config: Config) => Promise<T>,
): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await serve(config);
    } catch (error) {
      const isTaken = error instanceof CannotListen &&
        error.cause instanceof Deno.errors.AddrInUse;
      if (!isTaken || config.cluster.role === "" || tries === TRIES) {
        throw error;
      }
      const { setting } = error;
      if (origins.get(setting) !== "default") throw error;
      const before = config;
      config = buildConfig((key) => key === setting ? 0 : valueAt(before, key));
    }
  }
}

function isServed(
  setting: string,
  { cluster, web, video }: Config,
): boolean {
  if (cluster.role === "gateway" && !GATEWAY_PORTS.includes(setting)) {
    return false;
  }
  if (setting === "web.port") return web.enabled;
  if (setting === "web.tls_port") return web.enabled && web.tls !== "off";
  return setting !== "server.video_port" || video.enabled;
}

/** Replaces the ports that were not set with those of `running`. */
export function withPortsOf(
  running: Config,
  { config, origins }: Pick<Loaded, "config" | "origins">,
): Config {
  const kept = PORTS.map(({ setting }) => setting)
    .filter((setting) => origins.get(setting) === "default");
  return buildConfig((key) =>
    valueAt(kept.includes(key) ? running : config, key)
  );
}

function isTaken({ setting, udp, bind }: Port, config: Config): boolean {
  const port = Number(valueAt(config, setting));
  const hostname = bind.map((key) => String(valueAt(config, key)))
    .find((address) => address !== "") ?? "0.0.0.0";
  try {
    Deno.listen({ hostname, port }).close();
    if (udp) {
      Deno.listenDatagram({ transport: "udp", hostname, port }).close();
    }
    return false;
  } catch (error) {
    // Any other error is reported when the server opens the port.
    return error instanceof Deno.errors.AddrInUse;
  }
}

/** Returns advice about a port that cannot be opened. */
export function nextStepFor({ setting, cause }: CannotListen): string {
  if (cause instanceof Deno.errors.AddrNotAvailable) {
    return "Choose an address of this machine with --bind ADDR, or 0.0.0.0 for all of them.";
  }
  const flag = PORTS.find((one) => one.setting === setting)?.flag ??
    `--set ${setting}=`;
  const without = setting === "web.port"
    ? ", or serve no pages with --no-web"
    : setting === "server.video_port"
    ? ", or carry no webcams with --no-video"
    : setting === "web.legacy_port"
    ? ", or 0 for none"
    : setting === "web.tls_port"
    ? ", or serve no HTTPS with --set web.tls=off"
    : "";
  const first = cause instanceof Deno.errors.PermissionDenied
    ? "Start it as a service with that privilege (`retropal service`), or choose"
    : "Stop that program, or choose";
  return `${first} another port with ` +
    `${flag.endsWith("=") ? flag : `${flag} `}PORT${without}. ` +
    "No data is lost: start again afterwards.";
}
