/**
 * The servers that are compared: the real one, the references in C, and the
 * stand-in for the earlier Node.js server.
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
/** Compiled programs; results go beside them. */
export const OUTPUT = join(ROOT, "dist", "bench");

/** What everybody in a bench signs on with. */
export const PASSWORD = "bench123";
/** The first account after the system user's. */
export const FIRST_UID = 1_000_002;
/** Rooms of a bench are numbered from here. */
export const FIRST_ROOM = 60_001;

/**
 * What is changed for a load test, and only there: one machine plays thousands,
 * and a password hash is dear on purpose. All else is as a host finds it.
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
  /** So many of them have a hash that costs nothing to check. */
  readonly cheap?: number;
  /** Rooms to make, from {@linkcode FIRST_ROOM}. */
  readonly rooms: number;
  /** 0 text, 3 voice; or by the room's index. */
  readonly roomType?: 0 | 3 | ((index: number) => 0 | 3);
  /** With the pages, and WebSockets on their port. */
  readonly web?: boolean;
  /** Settings over {@linkcode RAISED}. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Instead of `deno run main.ts`: the compiled program. */
  readonly program?: string | undefined;
  /** For `deno run`. */
  readonly runFlags?: readonly string[];
  readonly name?: string;
}

export interface Retropal extends Running {
  status(): Promise<Status>;
}

/** The real server, on a fresh folder with accounts and rooms in it. */
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

/** Compiles our own C with gcc; null where there is none. */
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

/** The plain epoll chat server; with "merge" it merges as we do. */
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

/** Deno with next to nothing around it, on so many workers; 0: none. */
export async function startBare(workers: number): Promise<Running> {
  const name = workers === 0 ? "bare Deno" : `${workers} workers`;
  return await startScript(name, "workers.ts", String(workers));
}

/** A voice relay in Deno with next to nothing around it. */
export async function startBareRelay(): Promise<Running> {
  return await startScript("bare Deno", "relay.ts");
}

/** A video relay in Deno with next to nothing around it. */
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
