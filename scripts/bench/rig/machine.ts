/**
 * Description of the machine on which a result was measured.
 *
 * @module
 */
import { cpus, release, totalmem } from "node:os";
import { has, outputOf } from "./process.ts";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly kernel: string;
  readonly os: string;
  readonly deno: string;
  readonly v8: string;
  readonly node: string | null;
  readonly gcc: string | null;
  /** Whether the server and the load generator each had their own core. */
  readonly pinned: boolean;
  readonly commit: string | null;
  readonly load: readonly number[];
}

export async function describeMachine(): Promise<Machine> {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryMb: Math.round(totalmem() / 2 ** 20),
    kernel: release(),
    os: Deno.build.target,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    node: await firstLine("node", "--version"),
    gcc: await firstLine("gcc", "--version"),
    pinned: await has("taskset"),
    commit: await firstLine("git", "rev-parse", "--short", "HEAD"),
    load: Deno.loadavg(),
  };
}

async function firstLine(
  program: string,
  ...args: string[]
): Promise<string | null> {
  const text = await outputOf(program, args);
  return text?.split("\n")[0]?.trim() ?? null;
}
