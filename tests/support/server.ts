/**
 * Starts a server for one test: the program from source, or the binary in
 * RETROPAL_BIN, on free ports and in a temporary data folder.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openFresh } from "./db/fresh.ts";
import { GATEWAYS, TestCluster } from "./cluster_servers.ts";
import { type ClientOptions, PaltalkClient } from "../../lib/client/mod.ts";
import type { Store } from "../../lib/domain/store.ts";
import { PasswordHasher } from "../../lib/ops/password_hash.ts";
import { encodeText } from "../../lib/protocol/windows1252.ts";

const BINARY = Deno.env.get("RETROPAL_BIN");
const MAIN = new URL("../../main.ts", import.meta.url);
/** Password of every account in the tests, unless stated otherwise. */
export const PASSWORD = "secret11";
/** Uid of the first account. */
export const FIRST_UID = 1000002;
const READY_MS = 60_000;
const STOP_MS = 20_000;

/** Settings for tests: cheap hashes, and limits that no test reaches. */
const SETTINGS: Readonly<Record<string, string>> = {
  "auth.scrypt_log2n": "1",
  "limits.packets_per_second": "10000",
  "limits.fanout_bytes_per_second": "1000000000",
};

export interface ServerOptions {
  /**
   * Accounts created before the first start, with the password "secret11";
   * their uids are 1000002, 1000003, …
   */
  readonly users?: readonly string[];
  /** Changes the new database before the first start. */
  readonly prepare?: (store: Store) => void;
  /** Settings by key, which override those of all tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Data folder of the test, which is kept when the server has ended. */
  readonly data?: string;
  /** Serves the pages at `web.port`. */
  readonly web?: boolean;
  /** Number of gateways; by default that of the environment. */
  readonly gateways?: number;
  /** Flags of `serve` in addition to data, ports and --no-web. */
  readonly flags?: readonly string[];
}

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface ReadyLine {
  readonly chat: string;
  readonly voice: string;
  readonly video: string | null;
  readonly web: string | null;
  readonly webs: string | null;
  readonly pid: number;
}

/** Returns a command that runs `retropal` with these arguments. */
function command(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Deno.Command {
  const [program, before] = BINARY
    ? [BINARY, []]
    : [Deno.execPath(), ["run", "-A", MAIN.href]];
  return new Deno.Command(program, {
    args: [...before, ...args],
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

function environment(
  settings: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const env: Record<string, string> = { NO_COLOR: "1" };
  for (const [key, value] of Object.entries({ ...SETTINGS, ...settings })) {
    env[`RETROPAL_${key.replaceAll(".", "_").toUpperCase()}`] = value;
  }
  return env;
}

/** Starts a process, for tests that handle its pipes themselves. */
export function spawnCli(args: readonly string[]): Deno.ChildProcess {
  return command(args, environment()).spawn();
}

/**
 * Runs a subcommand to its end. A program from source runs in this process,
 * which takes a tenth of the time; a binary runs as a process.
 */
export async function runCli(
  args: readonly string[],
  stdin = "",
  settings?: Readonly<Record<string, string>>,
): Promise<CliResult> {
  if (BINARY !== undefined || args[0] === "serve") {
    return await runProcess(args, stdin, settings);
  }
  // Imported on demand, because the command line is large and many tests do not
  // use it.
  const { retropal } = await import("./cli/retropal.ts");
  const { code, out, err } = await retropal(args, {
    stdin,
    env: { ...Deno.env.toObject(), ...environment(settings) },
    execPath: Deno.execPath(),
  });
  return { code, out: withEnd(out), err: withEnd(err) };
}

/** Ends every line as standard output does. */
function withEnd(lines: string): string {
  return lines === "" ? "" : `${lines}\n`;
}

/** Runs a subcommand as a separate process. */
async function runProcess(
  args: readonly string[],
  stdin = "",
  settings?: Readonly<Record<string, string>>,
): Promise<CliResult> {
  const child = command(args, environment(settings)).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** A subcommand that runs until `stop`, read line by line. */
export class RunningCli implements AsyncDisposable {
  readonly out: Lines;
  readonly err: Lines;
  readonly #child: Deno.ChildProcess;

  constructor(
    args: readonly string[],
    settings?: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>> = {},
  ) {
    this.#child = command(args, { ...environment(settings), ...env }).spawn();
    this.out = new Lines(this.#child.stdout);
    this.err = new Lines(this.#child.stderr);
  }

  /** Resolves with the exit code when it has ended by itself. */
  async code(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#child.stdin.close().catch(() => {});
    await Promise.all([this.out.ended, this.err.ended]);
    return code;
  }

  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has already ended.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.code();
  }
}

/**
 * Creates the database in this process, which is faster than starting another.
 */
export async function makeDatabase(
  data: string,
  { users = [], prepare }: ServerOptions,
): Promise<void> {
  const store = await openFresh(join(data, "retropal.db"));
  const hasher = new PasswordHasher({ log2n: 1 });
  const passwordHash = await hasher.hash(encodeText(PASSWORD));
  for (const nickname of users) {
    store.accounts.create({ nickname, passwordHash, createdAt: Date.now() });
  }
  prepare?.(store);
  store.close();
}

/** Reads the lines of a stream and keeps the whole text. */
export class Lines {
  text = "";
  readonly ended: Promise<void>;
  #waiting: (() => void)[] = [];

  constructor(stream: ReadableStream<Uint8Array>) {
    this.ended = this.#read(stream);
  }

  /** Waits for text that matches. */
  async match(pattern: RegExp, timeoutMs: number): Promise<RegExpMatchArray> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const match = this.text.match(pattern);
      if (match !== null) return match;
      const left = deadline - Date.now();
      assert.ok(left > 0, `${pattern} did not come; got:\n${this.text}`);
      await this.#more(left);
    }
  }

  async #more(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#waiting.push(resolve);
    await promise;
    clearTimeout(timer);
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.text += text;
      for (const wake of this.#waiting.splice(0)) wake();
    }
  }
}

export class TestServer {
  readonly out: Lines;
  /** The log and messages of `serve` on standard error. */
  readonly log: Lines;
  ready!: ReadyLine;
  /** Gateways of a server in a cluster. */
  readonly cluster: TestCluster | undefined;

  readonly #child: Deno.ChildProcess;
  #ended = false;

  private constructor(
    readonly data: string,
    readonly options: ServerOptions,
    cluster?: TestCluster,
  ) {
    this.cluster = cluster;
    const settings = { ...cluster?.settings("core"), ...options.settings };
    const args = [
      "serve",
      "--data",
      data,
      "--bind",
      "127.0.0.1",
      "--chat-port",
      "0",
      "--voice-port",
      "0",
      "--video-port",
      "0",
      ...(options.web ? [] : ["--no-web"]),
      ...options.flags ?? [],
    ];
    this.#child = command(args, environment(settings)).spawn();
    this.out = new Lines(this.#child.stdout);
    this.log = new Lines(this.#child.stderr);
  }

  /** Starts a server. Resolves when it accepts connections. */
  static async start(options: ServerOptions = {}): Promise<TestServer> {
    const data = options.data ??
      await Deno.makeTempDir({ prefix: "retropal-test-" });
    if (options.users ?? options.prepare) await makeDatabase(data, options);
    return await TestServer.#run(data, options);
  }

  /** Starts another server on this one's data, after this one has ended. */
  async restart(): Promise<TestServer> {
    assert.ok(this.#ended);
    return await TestServer.#run(this.data, this.options);
  }

  static async #run(
    data: string,
    options: ServerOptions,
  ): Promise<TestServer> {
    const { gateways = GATEWAYS } = options;
    const cluster = gateways > 0 ? await TestCluster.start() : undefined;
    const server = new TestServer(data, options, cluster);
    try {
      await server.#waitForReady();
      if (cluster !== undefined) {
        const { settings = {}, flags = [] } = options;
        cluster.gateways.push(
          ...await Promise.all(
            Array.from({ length: gateways }, () =>
              TestServer.start({
                gateways: 0,
                web: options.web ?? false,
                flags,
                settings: {
                  ...settings,
                  // A port that a test names is the core's.
                  ..."web.port" in settings && { "web.port": "0" },
                  ...cluster.settings("gateway"),
                },
              })),
          ),
        );
      }
    } catch (error) {
      await server.kill9();
      throw error;
    }
    return server;
  }

  /** Address of the chat port; in a cluster, of the gateways in turn. */
  get chat(): { host: string; port: number } {
    return this.cluster?.next().chat ?? this.own;
  }

  /** Its own chat port. */
  get own(): { host: string; port: number } {
    return hostAndPort(this.ready.chat);
  }

  /** Voice ports that clients may be given. */
  get voicePorts(): number[] {
    const gateways = this.cluster?.gateways ?? [this];
    return gateways.map(({ voice }) => voice.port);
  }

  /** Video ports that clients may be given. */
  get videoPorts(): number[] {
    const gateways = this.cluster?.gateways ?? [this];
    return gateways.map(({ video }) => video.port);
  }

  get voice(): { host: string; port: number } {
    return hostAndPort(this.ready.voice);
  }

  get video(): { host: string; port: number } {
    assert.ok(this.ready.video !== null, "this server carries no video");
    return hostAndPort(this.ready.video);
  }

  /** Runs a subcommand on this server's data folder. */
  cli(args: readonly string[], stdin = ""): Promise<CliResult> {
    const [group = "", ...rest] = args;
    const { settings } = this.options;
    return runCli([group, ...rest, "--data", this.data], stdin, settings);
  }

  /** Runs a subcommand that must succeed. Returns its output. */
  async run(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await this.cli(args);
    assert.equal(code, 0, `${args.join(" ")}: ${out}${err}`);
    return out;
  }

  /** Creates an account. Returns its uid. */
  async addUser(
    nickname: string,
    password = PASSWORD,
    ...flags: string[]
  ): Promise<number> {
    const { code, out, err } = await this.cli(
      ["user", "add", nickname, "--password-stdin", ...flags],
      `${password}\n`,
    );
    assert.equal(code, 0, err);
    const uid = Number(out.match(/\d{7,}/)?.[0]);
    assert.ok(uid > 1000001, `user add printed ${out}`);
    return uid;
  }

  /** Signs on a client with an existing account. */
  signOn(
    nickname: string,
    options: Partial<ClientOptions> & { password?: string; uid?: number } = {},
  ): Promise<PaltalkClient> {
    return PaltalkClient.signOn({
      ...this.chat,
      nickname,
      password: PASSWORD,
      ...options,
    });
  }

  /** Sends SIGTERM. Resolves with the exit code. */
  async stop(): Promise<number> {
    return await this.#end("SIGTERM");
  }

  /** Waits until the server has ended by itself. Returns the exit code. */
  async exited(): Promise<number> {
    const { code } = await this.#child.status;
    this.#ended = true;
    await this.#end("SIGTERM");
    return code;
  }

  /** Sends a signal that does not end the server immediately. */
  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Kills the process, as a power failure would. */
  async kill9(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    if (this.options.data !== undefined) return;
    await Deno.remove(this.data, { recursive: true }).catch(() => {});
  }

  async #end(signal: Deno.Signal): Promise<number> {
    if (!this.#ended) {
      this.#ended = true;
      this.#child.kill(signal);
    }
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_MS);
    const { code } = await this.#child.status;
    clearTimeout(timer);
    await this.cluster?.stop();
    await this.#child.stdin.close().catch(() => {});
    await Promise.all([this.out.ended, this.log.ended]);
    return code;
  }

  async #waitForReady(): Promise<void> {
    const line = this.out.match(/^ready (\{.*\})$/m, READY_MS);
    const died = this.#child.status.then(({ code }) => {
      throw new Error(`serve ended with ${code}:\n${this.log.text}`);
    });
    const [, json = ""] = await Promise.race([line, died]);
    died.catch(() => {});
    line.catch(() => {});
    this.ready = JSON.parse(json);
  }
}

function hostAndPort(endpoint: string): { host: string; port: number } {
  const at = endpoint.lastIndexOf(":");
  const host = endpoint.slice(0, at).replace(/^\[|\]$/g, "");
  return { host, port: Number(endpoint.slice(at + 1)) };
}
