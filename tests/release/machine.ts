/**
 * Runs a released program in an environment without this project: in a chroot,
 * under an emulator, or with an empty home.
 *
 * @module
 */
import assert from "node:assert/strict";
import { PaltalkClient } from "../../lib/client/mod.ts";

const PASSWORD = "secret11";
/** Milliseconds; emulators are slow. */
const READY_MS = 300_000;
const COMMAND_MS = 300_000;

export interface Machine {
  /** Command that starts the program, possibly with an emulator. */
  readonly command: readonly string[];
  /** Path of the data folder as the program sees it. */
  readonly data: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function spawn(machine: Machine, args: readonly string[]): Deno.ChildProcess {
  const [program = "", ...before] = machine.command;
  return new Deno.Command(program, {
    args: [...before, ...args],
    env: {
      PATH: "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin",
      NO_COLOR: "1",
      RETROPAL_AUTH_SCRYPT_LOG2N: "10",
      ...machine.env,
    },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs one subcommand to its end. */
export async function run(
  machine: Machine,
  args: readonly string[],
  stdin = "",
): Promise<Result> {
  const child = spawn(machine, args);
  const timer = setTimeout(() => child.kill("SIGKILL"), COMMAND_MS);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** Throws the program's output unless it exited with 0. */
export async function ok(
  machine: Machine,
  args: readonly string[],
  stdin = "",
): Promise<string> {
  const { code, out, err } = await run(machine, args, stdin);
  assert.equal(code, 0, `${args.join(" ")}: ${out}${err}`);
  return out;
}

/** Starts a server that runs until `retropal stop`. */
export async function serve(machine: Machine) {
  const started = performance.now();
  const child = spawn(machine, [
    ...["serve", "--data", machine.data, "--bind", "127.0.0.1"],
    ...["--chat-port", "0", "--voice-port", "0"],
    ...["--video-port", "0", "--web-port", "0"],
  ]);
  const errors = new Response(child.stderr).text();
  const timer = setTimeout(() => child.kill("SIGKILL"), READY_MS);
  let text = "";
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  while (!/^ready .*\r?$/m.test(text)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`serve ended: ${text}${await errors}`);
    text += value;
  }
  clearTimeout(timer);
  const [, json = "{}"] = /^ready (\{.*\})\r?$/m.exec(text) ?? [];
  const ready = JSON.parse(json) as { chat: string; web: string; pid: number };
  return {
    ready,
    /** Process id of the started program: an emulator, or `unshare`. */
    pid: child.pid,
    /** Duration of the start in milliseconds. */
    ms: performance.now() - started,
    async ended(): Promise<number> {
      await reader.cancel();
      await child.stdin.close().catch(() => {});
      const { code } = await child.status;
      await errors;
      return code;
    },
  };
}

/**
 * A host's first five minutes: version, start, a user, a sign-on, the front
 * page, stop; the user still exists after a restart.
 */
export async function firstFiveMinutes(machine: Machine): Promise<void> {
  assert.match(await ok(machine, ["version"]), /^retropal \d+\.\d+\.\d+/);
  for (const start of ["first", "second"]) {
    const server = await serve(machine);
    const name = `Visitor-${start}`;
    await ok(
      machine,
      ["user", "add", name, "--password-stdin", "--data", machine.data],
      `${PASSWORD}\n`,
    );
    const port = Number(server.ready.chat.split(":").at(-1));
    for (const nickname of new Set(["Visitor-first", name])) {
      const client = await PaltalkClient.signOn({
        host: "127.0.0.1",
        port,
        nickname,
        password: PASSWORD,
      });
      await client.close();
    }
    const page = await fetch(`http://${server.ready.web}/`);
    assert.match(await page.text(), /retropal/i);
    await ok(machine, ["stop", "--data", machine.data]);
    assert.equal(await server.ended(), 0);
  }
}
