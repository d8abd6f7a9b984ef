/**
 * Runs the load generator on its own core and reads its results.
 *
 * @module
 */
import { LOAD_CORE, outputOf, pinned, type Running } from "./process.ts";
import { compiled, FIRST_ROOM, FIRST_UID } from "./servers.ts";

/** Latency in microseconds. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Results that every mode of the load generator reports. */
export interface Seen {
  /** Number of clients that could not sign on or join. */
  readonly failed: number;
  readonly delivered: number;
  readonly lost: number;
  readonly seconds: number;
  /** CPU time of the server meanwhile, in seconds. */
  readonly cpu: number;
  readonly rssKb: number;
  readonly latency: Latency;
}

export type Mode = "fanout" | "voice" | "sign-on" | "join" | "rooms" | "video";
export type Arguments = Readonly<Record<string, number>>;

const SOURCES = [
  ...[
    "main",
    "crowd",
    "fanout",
    "voice",
    "run_voice",
    "crowds",
    "rooms",
    "video",
  ],
].map((name) => `load/${name}.c`);

/** Runs the load generator. Rejects if it cannot be compiled. */
export async function load<T extends Seen>(
  mode: Mode,
  server: Running,
  args: Arguments,
): Promise<T> {
  const words = Object.entries({
    port: server.chatPort,
    voice_port: server.voicePort,
    video_port: server.videoPort,
    pid: server.pid,
    uid: FIRST_UID,
    gid: FIRST_ROOM,
    ...args,
  }).map(([key, value]) => `${key}=${value}`);
  const [program, line] = await generator([mode, ...words]);
  const text = await outputOf(program, line);
  if (text === null) {
    throw new Error(`the load generator failed: ${mode} ${words.join(" ")}`);
  }
  return JSON.parse(text);
}

let program: Promise<string | null> | undefined;

async function generator(
  args: readonly string[],
): Promise<[string, string[]]> {
  program ??= compiled("load", ...SOURCES);
  const native = await program;
  if (native === null) {
    throw new Error("the load generator needs Linux and gcc");
  }
  return await pinned(LOAD_CORE, native, args);
}
