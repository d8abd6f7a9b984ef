/**
 * A server and two networks of visitors, each in its own network namespace: the
 * server treats loopback addresses specially, so some attacks need other
 * addresses. Requires Linux, root and `ip`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { runCli } from "../../support/server.ts";

const MAIN = fileURLToPath(new URL("../../../main.ts", import.meta.url));
const VISITOR = fileURLToPath(new URL("./visitor.ts", import.meta.url));

async function run(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(`${command} ${args.join(" ")}: ${decoder.decode(stderr)}`);
  }
  return decoder.decode(stdout);
}

const ip = (words: string) => run("ip", ...words.split(" "));

/** Returns why these tests cannot run here; undefined if they can. */
export async function whyNot(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "not on Linux";
  if (Deno.uid() !== 0) return "not root";
  const name = `rp${Deno.pid}t`;
  try {
    await ip(`netns add ${name}`);
    await ip(`netns del ${name}`);
  } catch {
    return "network namespaces cannot be made here";
  }
  return undefined;
}

export type Side = "a" | "b";
export const ADDRESS: Readonly<Record<Side, string>> = {
  a: "10.213.1.2",
  b: "10.213.2.2",
};
const SERVER: Readonly<Record<Side, string>> = {
  a: "10.213.1.1",
  b: "10.213.2.1",
};
const CHAT = 5001;

export class Networks implements AsyncDisposable {
  readonly #name = `rp${Deno.pid}`;
  readonly #folder: string;
  #server: Deno.ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  get #data(): string {
    return `${this.#folder}/data`;
  }

  static async start(users: readonly string[]): Promise<Networks> {
    const networks = new Networks(
      await Deno.makeTempDir({ prefix: "retropal-networks-" }),
    );
    try {
      await networks.#lay();
      for (const nickname of users) {
        const added = await runCli([
          ...["user", "add", nickname, "--password-stdin"],
          ...["--data", networks.#data],
        ], "secret11\n");
        assert.equal(added.code, 0, added.err);
      }
      await networks.#serve();
      return networks;
    } catch (error) {
      await networks[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #lay(): Promise<void> {
    const server = `${this.#name}s`;
    await ip(`netns add ${server}`);
    await ip(`-n ${server} link set lo up`);
    for (const side of ["a", "b"] as const) {
      const own = this.#name + side;
      await ip(`netns add ${own}`);
      await ip(
        `link add ${own}0 netns ${own} type veth peer name ${own}1 netns ${server}`,
      );
      await ip(`-n ${own} addr add ${ADDRESS[side]}/24 dev ${own}0`);
      await ip(`-n ${own} link set ${own}0 up`);
      await ip(`-n ${server} addr add ${SERVER[side]}/24 dev ${own}1`);
      await ip(`-n ${server} link set ${own}1 up`);
    }
  }

  async #serve(): Promise<void> {
    const child = this.#server = this.#inside("s", [
      ...[MAIN, "serve", "--data", this.#data, "--bind", "0.0.0.0"],
      ...["--chat-port", String(CHAT), "--no-web", "--no-video"],
    ]);
    void child.stderr.pipeTo(new WritableStream());
    let text = "";
    const reader = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    while (!/^ready /m.test(text)) {
      const { done, value } = await reader.read();
      assert.ok(!done, "the server did not start");
      text += value;
    }
    reader.releaseLock();
  }

  #inside(name: string, args: readonly string[]): Deno.ChildProcess {
    return new Deno.Command("ip", {
      args: [
        ...["netns", "exec", this.#name + name],
        ...[Deno.execPath(), "run", "-A", "--quiet", ...args],
      ],
      env: { NO_COLOR: "1", RETROPAL_AUTH_SCRYPT_LOG2N: "10" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Starts a visitor (see visitor.ts) in one of the networks. */
  start(side: Side, ...args: readonly string[]): Visit {
    return new Visit(
      this.#inside(side, [VISITOR, `${SERVER[side]}:${CHAT}`, ...args]),
    );
  }

  /** Runs a visitor to its end. Returns its output. */
  async visit(side: Side, ...args: readonly string[]): Promise<string> {
    const visit = this.start(side, ...args);
    return await visit.ended();
  }

  /** Runs a command of the host. */
  async cli(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await runCli([...args, "--data", this.#data]);
    assert.equal(code, 0, err);
    return out;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server?.kill("SIGKILL");
    await this.#server?.status;
    for (const name of ["s", "a", "b"]) {
      await ip(`netns del ${this.#name}${name}`).catch(() => {});
    }
    await Deno.remove(this.#folder, { recursive: true });
  }
}

export class Visit {
  readonly #child: Deno.ChildProcess;
  readonly #said: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;
  #text = "";

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#said = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#errors = new Response(child.stderr).text();
  }

  /** Waits until it has printed this word. */
  async says(word: string): Promise<void> {
    while (!this.#text.includes(word)) {
      const { done, value } = await this.#said.read();
      if (done) {
        throw new Error(`${word} never came: ${await this.#errors}`);
      }
      this.#text += value;
    }
  }

  /** Lets it continue. */
  async go(): Promise<void> {
    await this.#child.stdin.close();
  }

  async ended(): Promise<string> {
    await this.go().catch(() => {});
    for (;;) {
      const { done, value } = await this.#said.read();
      if (done) break;
      this.#text += value;
    }
    const { code } = await this.#child.status;
    assert.equal(code, 0, await this.#errors);
    return this.#text.trim();
  }
}
