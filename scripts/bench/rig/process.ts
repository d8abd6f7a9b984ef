/**
 * Runs other programs, each on its own core where possible.
 *
 * @module
 */

import { endsWithScript } from "../../leftovers.ts";

/**
 * Returns the standard output of a program, or null when it is missing or
 * fails.
 */
export async function outputOf(
  program: string,
  args: readonly string[],
): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command(program, {
      args: [...args],
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout) : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

export async function has(program: string): Promise<boolean> {
  return await outputOf(program, ["--version"]) !== null;
}

/** The core for the server; the load generator has the other one. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** Returns the command line that runs `program` on one core. */
export async function pinned(
  core: number,
  program: string,
  args: readonly string[],
): Promise<[string, string[]]> {
  const several = navigator.hardwareConcurrency > 1;
  return several && await has("taskset")
    ? ["taskset", ["-c", String(core), program, ...args]]
    : [program, [...args]];
}

/**
 * Returns the command line that runs `program` only while nothing else wants
 * its core, where the machine has `chrt`.
 */
export async function lastInLine(
  program: string,
  args: readonly string[],
): Promise<[string, readonly string[]]> {
  return await has("chrt")
    ? ["chrt", ["--idle", "0", program, ...args]]
    : [program, args];
}

/** A running server and its ports. */
export interface Running extends AsyncDisposable {
  readonly name: string;
  readonly chatPort: number;
  readonly voicePort: number;
  /** Port for webcams; 0 for none. */
  readonly videoPort: number;
  /** Port of the pages; NaN for none. */
  readonly webPort: number;
  readonly pid: number;
}

/** Starts a program that prints `ready {json}` when it accepts connections. */
export async function startReady(
  name: string,
  program: string,
  args: readonly string[],
  options: { env?: Record<string, string>; cores?: number | "all" } = {},
): Promise<Running> {
  const [command, line] = options.cores === "all"
    ? [program, [...args]]
    : await pinned(options.cores ?? SERVER_CORE, program, args);
  const server = new Deno.Command(command, {
    args: line,
    stdin: "null",
    stdout: "piped",
    stderr: Deno.env.has("BENCH_LOG") ? "inherit" : "null",
    ...(options.env && { env: options.env }),
  });
  const child = endsWithScript(server.spawn());
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let ready:
    | {
      chat: string;
      voice: string;
      video?: string | null;
      web?: string | null;
      pid: number;
    }
    | undefined;
  while (ready === undefined) {
    const { value, done } = await lines.read();
    if (done) throw new Error(`${name} ended before it was ready: ${text}`);
    text += value;
    const found = /^ready (\{.*\})$/m.exec(text);
    if (found) ready = JSON.parse(found[1]!);
  }
  const drained = drain(lines);
  const port = (address: string) => Number(address.split(":").at(-1));
  return {
    name,
    chatPort: port(ready.chat),
    voicePort: port(ready.voice),
    videoPort: ready.video ? port(ready.video) : 0,
    webPort: port(ready.web ?? "NaN"),
    pid: ready.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 5000);
      await child.status;
      clearTimeout(late);
      await drained;
    },
  };
}

async function drain(
  reader: ReadableStreamDefaultReader<string>,
): Promise<void> {
  while (!(await reader.read()).done);
}

/**
 * Returns resident and peak memory of a process in MB; zeros on systems without
 * /proc.
 */
export function memoryOf(pid: number): { rssMb: number; peakMb: number } {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    const mb = (key: string) =>
      Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
    return { rssMb: mb("VmRSS"), peakMb: mb("VmHWM") };
  } catch {
    return { rssMb: 0, peakMb: 0 };
  }
}

/**
 * Returns the CPU time of a process in milliseconds; 0 on systems without
 * /proc.
 */
export function cpuMsOf(pid: number): number {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name in parentheses may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return 0;
  }
}
