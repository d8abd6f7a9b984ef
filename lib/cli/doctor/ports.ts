/**
 * Checks whether the ports are free, or served by our server.
 *
 * @module
 */
import type { Status } from "../../ops/live.ts";
import type { Config } from "../../config/config.ts";
import { locationFile } from "../../ops/client_files.ts";
import { bad, type Finding, noteIt, ok } from "./finding.ts";

const ANSWER_MS = 3000;

interface Port {
  readonly what: string;
  readonly transport: "tcp" | "udp";
  readonly hostname: string;
  readonly port: number;
  readonly setting: string;
}

function portsOf(config: Config): Port[] {
  const { server, web, voice, video } = config;
  const ports: Port[] = [
    {
      what: "chat",
      transport: "tcp",
      hostname: server.bind,
      port: server.chat_port,
      setting: "server.chat_port",
    },
    {
      what: "voice",
      transport: "tcp",
      hostname: server.bind,
      port: server.voice_port,
      setting: "server.voice_port",
    },
  ];
  if (voice.udp) {
    ports.push({
      what: "voice",
      transport: "udp",
      hostname: server.bind,
      port: server.voice_port,
      setting: "server.voice_port",
    });
  }
  if (video.enabled) {
    ports.push({
      what: "video",
      transport: "tcp",
      hostname: server.bind,
      port: server.video_port,
      setting: "server.video_port",
    });
  }
  if (web.enabled) {
    for (const key of ["port", "legacy_port"] as const) {
      if (key === "legacy_port" && web[key] === 0) continue;
      ports.push({
        what: "pages",
        transport: "tcp",
        hostname: web.bind || server.bind,
        port: web[key],
        setting: `web.${key}`,
      });
    }
  }
  return ports;
}

/** Without a running server: checks whether each port can be opened. */
export function checkFreePorts(config: Config): Finding[] {
  return portsOf(config).filter(({ port }) => port !== 0).map(tryPort);
}

function tryPort({ what, transport, hostname, port, setting }: Port): Finding {
  const name = `${transport.toUpperCase()} ${port} (${what})`;
  try {
    if (transport === "tcp") Deno.listen({ hostname, port }).close();
    else Deno.listenDatagram({ transport, hostname, port }).close();
    return ok("ports", `${name} is free.`);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      return bad(
        "ports",
        `${name} is used by another program.`,
        `Stop that program, or choose another port: \`retropal config set ` +
          `${setting} PORT\`.`,
      );
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      return bad(
        "ports",
        `You have no permission to open ${name}.`,
        "Ports below 1024 need a permission: sudo setcap " +
          "cap_net_bind_service=+ep " +
          "/path/to/retropal, or `retropal service`, whose unit includes it.",
      );
    }
    if (error instanceof Deno.errors.AddrNotAvailable) {
      return bad(
        "ports",
        `This machine has no address ${hostname}.`,
        `Listen on one that it has: \`retropal config set ${
          setting.startsWith("web") ? "web" : "server"
        }.bind 0.0.0.0\`.`,
      );
    }
    throw error;
  }
}

/** With a running server: checks whether each port answers as expected. */
export async function checkOurPorts(status: Status): Promise<Finding[]> {
  const { chat, voice, video } = status.endpoints;
  return [
    await asksHello(chat),
    await takesConnections("voice", voice),
    ...(video === null ? [] : [await takesConnections("video", video)]),
  ];
}

function split(endpoint: string): { hostname: string; port: number } {
  const at = endpoint.lastIndexOf(":");
  const host = endpoint.slice(0, at).replace(/^\[|\]$/g, "");
  const hostname = host === "0.0.0.0"
    ? "127.0.0.1"
    : host === "::"
    ? "::1"
    : host;
  return { hostname, port: Number(endpoint.slice(at + 1)) };
}

/**
 * Sends CLIENT_HELLO without a nickname, which the server must answer with
 * HELLO.
 */
async function asksHello(endpoint: string): Promise<Finding> {
  const hello = new Uint8Array([0xff, 0x9c, 0, 71, 0, 4, 0, 0, 0, 0]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    using conn = await Deno.connect(split(endpoint));
    timer = setTimeout(() => conn.close(), ANSWER_MS);
    await conn.write(hello);
    const answer = new Uint8Array(64);
    const count = await conn.read(answer);
    clearTimeout(timer);
    if (count !== null && answer[0] === 0xff && answer[1] === 0x8b) {
      return ok("ports", `Chat answers at ${endpoint}.`);
    }
  } catch {
    // Reported below.
  } finally {
    clearTimeout(timer);
  }
  return bad(
    "ports",
    `Chat does not answer at ${endpoint}, although the server runs.`,
    "Check the log (`retropal status` shows the last errors), then restart it.",
  );
}

async function takesConnections(
  what: string,
  endpoint: string,
): Promise<Finding> {
  try {
    (await Deno.connect(split(endpoint))).close();
    return ok("ports", `${what} accepts connections at ${endpoint}.`);
  } catch (error) {
    return bad(
      "ports",
      `${what} accepts no connections at ${endpoint}: ${
        (error as Error).message
      }.`,
      "Check the log, then restart the server.",
    );
  }
}

/**
 * Checks whether a client that lost the server's address could find it again.
 */
export async function checkLocation(
  config: Config,
  running: boolean,
): Promise<Finding> {
  const { server, web } = config;
  if (!web.enabled || web.legacy_port === 0) {
    return noteIt(
      "location2.txt",
      "This server does not answer http://www.paltalk.com/location2.txt.",
      "After an outage a client forgets this server permanently. Serve the " +
        "file here: `retropal config set web.legacy_port 80`; and see " +
        "docs/client.md.",
    );
  }
  if (!running) {
    return ok(
      "location2.txt",
      `It is served at port ${web.legacy_port} when the server runs.`,
    );
  }
  const own = web.bind || server.bind;
  const bind = own === "0.0.0.0" ? "127.0.0.1" : own;
  const url = `http://${bind}:${web.legacy_port}/location2.txt`;
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = await response.text();
    if (
      response.ok &&
      /LOCATION:[^:\s]{5,}:\d{4,5}/.test(text.split("\n")[0] ?? "")
    ) {
      return ok("location2.txt", `${url} answers ${text.trim()}`);
    }
    return bad(
      "location2.txt",
      `${url} answers ${response.status}: ${text.slice(0, 60)}`,
      `It must be a line such as ${locationFile("192.168.1.20", 5001).trim()}`,
    );
  } catch (error) {
    return bad(
      "location2.txt",
      `${url} does not answer: ${(error as Error).message}.`,
      "Restart the server, and check in the log whether it opened the port.",
    );
  }
}
