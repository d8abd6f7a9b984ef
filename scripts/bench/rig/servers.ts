/**
 * The servers to compare: the real one, the references in C, and the stand-in
 * for the earlier Node.js server.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStore } from "../../../db/open.ts";
import { connectControl } from "../../../lib/control/client.ts";
import { dataFolder } from "../../../lib/config/data_folder.ts";
import { PasswordHasher } from "../../../lib/ops/password_hash.ts";
import type { Status } from "../../../lib/ops/live.ts";
import { encodeText } from "../../../lib/protocol/windows1252.ts";
import { temporaryFolder } from "../../leftovers.ts";
import { ROOT } from "../../root.ts";
import { V8_FLAGS } from "../../v8_flags.ts";
import { has, outputOf, type Running, startReady } from "./process.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
/** Folder of compiled programs and results. */
export const OUTPUT = join(ROOT, "dist", "bench");

/** Password of all accounts in a benchmark. */
export const PASSWORD = "bench123";
/** Uid of the first account after the system user. */
export const FIRST_UID = 1_000_002;
/** Number of the first room in a benchmark. */
export const FIRST_ROOM = 60_001;

/**
 * Settings that differ from the defaults, because one machine plays thousands
 * of clients and password hashes are expensive on purpose.
 */
export const RAISED: Readonly<Record<string, string | number>> = {
  "auth.scrypt_log2n": 1,
  "limits.packets_per_second": 1_000_000,
  "limits.fanout_bytes_per_second": 1_000_000_000,
  "limits.hash_queue": 8192,
  "limits.answer_bytes_per_second": 100_000_000,
  "limits.voice_bytes_per_second": 10_000_000,
};

export interface RetropalOptions {
  readonly accounts: number;
  /** Number of accounts whose password hash is cheap to check. */
  readonly cheap?: number;
  /** Number of rooms, starting at {@linkcode FIRST_ROOM}. */
  readonly rooms: number;
  /**
   * Type of the rooms, 0 for text and 3 for voice; a function gets the room's
   * index.
   */
  readonly roomType?: 0 | 3 | ((index: number) => 0 | 3);
  /** Serves the pages, and WebSockets on their port. */
  readonly web?: boolean;
  /** Settings that override {@linkcode RAISED}. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Compiled program to run instead of `deno run main.ts`. */
  readonly program?: string | undefined;
  /** Additional flags of `deno run`. */
  readonly runFlags?: readonly string[];
  readonly name?: string;
}

export interface Retropal extends Running {
  status(): Promise<Status>;
}

/** Starts the real server on a new data folder with accounts and rooms. */
export async function startRetropal(
  options: RetropalOptions,
): Promise<Retropal> {
  const folder = await temporaryFolder("retropal-bench-");
  const settings = { ...RAISED, ...options.settings };
  await populate(join(folder, "retropal.db"), options, settings);
  const serve = [
    "serve",
    ...["--data", folder, "--bind", "127.0.0.1"],
    ...(options.web ? ["--web-port", "0"] : ["--no-web"]),
    ...["--chat-port", "0", "--voice-port", "0", "--video-port", "0", "--set"],
    Object.entries(settings).map(([key, value]) => `${key}=${value}`).join(";"),
  ];
  const running = options.program === undefined
    ? await startReady(options.name ?? "retropal", Deno.execPath(), [
      "run",
      "-A",
      V8_FLAGS,
      ...(options.runFlags ?? []),
      join(ROOT, "main.ts"),
      ...serve,
    ])
    : await startReady(options.name ?? "retropal", options.program, serve);
  return {
    ...running,
    status: () => statusOf(folder),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function populate(
  path: string,
  { accounts, cheap = 0, rooms, roomType = 0 }: RetropalOptions,
  settings: Readonly<Record<string, string | number>>,
): Promise<void> {
  const hash = (log2n: number) =>
    new PasswordHasher({ log2n }).hash(encodeText(PASSWORD));
  const cheapHash = await hash(1);
  const dearHash = await hash(Number(settings["auth.scrypt_log2n"]));
  const store = await openStore(path);
  const now = Date.now();
  store.transaction(() => {
    for (let i = 0; i < accounts; i++) {
      store.accounts.create({
        nickname: `bench${i}`,
        passwordHash: i < cheap ? cheapHash : dearHash,
        createdAt: now,
      });
    }
    for (let i = 0; i < rooms; i++) {
      store.rooms.create({
        gid: FIRST_ROOM + i,
        name: `Bench ${i}`,
        category: 30018,
        type: typeof roomType === "function" ? roomType(i) : roomType,
        createdAt: now,
      });
    }
  });
  store.close();
}

async function statusOf(folder: string): Promise<Status> {
  const control = await connectControl(dataFolder(folder));
  if (control === null) throw new Error("the server does not answer");
  const { code, json, lines } = await control.run({
    path: ["status"],
    input: {},
  });
  if (code !== 0) throw new Error(lines.join("\n"));
  return json as Status;
}

/** Compiles a C program of this project with gcc; null if there is no gcc. */
export async function compiled(
  name: string,
  ...sources: string[]
): Promise<string | null> {
  if (Deno.build.os !== "linux" || !await has("gcc")) return null;
  await Deno.mkdir(OUTPUT, { recursive: true });
  const program = join(OUTPUT, name);
  const files = sources.map((source) => join(HERE, source));
  const made = await outputOf("gcc", [
    ...["-O2", "-std=gnu11", "-o", program],
    ...files,
  ]);
  if (made === null) throw new Error(`gcc could not make ${name}`);
  return program;
}

/**
 * Starts the plain epoll chat server; "merge" makes it combine writes like
 * ours.
 */
export async function startC(mode?: "merge"): Promise<Running | null> {
  const program = await compiled("chat_server", "reference/chat_server.c");
  if (program === null) return null;
  const name = mode === undefined ? "c" : `c-${mode}`;
  return await startReady(name, program, ["0", ...(mode ? [mode] : [])]);
}

export async function startRelay(): Promise<Running | null> {
  const program = await compiled("voice_relay", "reference/voice_relay.c");
  return program === null ? null : await startReady("c", program, ["0"]);
}

export async function startVideoRelay(): Promise<Running | null> {
  const program = await compiled("video_relay", "reference/video_relay.c");
  return program === null ? null : await startReady("c", program, ["0"]);
}

export async function startOld(): Promise<Running | null> {
  if (!await has("node")) return null;
  const script = join(HERE, "reference", "old_server.mjs");
  return await startReady("old", "node", [script, "0"]);
}

/**
 * Starts a minimal Deno server with this many workers; 0 for a single thread.
 */
export async function startBare(workers: number): Promise<Running> {
  const name = workers === 0 ? "bare Deno" : `${workers} workers`;
  return await startScript(name, "workers.ts", String(workers));
}

/** Starts a minimal voice relay in Deno. */
export async function startBareRelay(): Promise<Running> {
  return await startScript("bare Deno", "relay.ts");
}

/** Starts a minimal video relay in Deno. */
export async function startBareVideoRelay(): Promise<Running> {
  return await startScript("bare Deno", "video_relay.ts");
}

async function startScript(
  name: string,
  script: string,
  ...args: string[]
): Promise<Running> {
  return await startReady(name, Deno.execPath(), [
    ...["run", "-A", "--unstable-net", V8_FLAGS],
    ...[join(HERE, "reference", script), "0", ...args],
  ]);
}
