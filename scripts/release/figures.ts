/**
 * `deno task release:figures [--rounds N]`: the table of sizes, start times and
 * memory of the archives in dist/release, for docs/performance.md. Programs of
 * other systems run where the environment names a place for them: see
 * tests/release/places.ts.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program for people
import { join } from "node:path";
import { VERSION } from "../../lib/version.ts";
import { ok, serve } from "../../tests/release/machine.ts";
import {
  type Place,
  PLACES,
  type Unpacked,
} from "../../tests/release/places.ts";
import { readOptions } from "../options.ts";
import { programName, type Target, TARGETS } from "./targets.ts";

const USAGE = `Measures the archives in dist/release.

usage: deno task release:figures [--rounds N]

  --rounds N  starts to take the fastest of; 5 unless given

environment:
  RETROPAL_RELEASE    the folder of archives
  RETROPAL_ROOT       a change root of Debian, for Linux x64
  RETROPAL_ARM64      libraries of Linux arm64, for qemu-aarch64-static
  RETROPAL_WINE_ROOT  a change root with Wine 10, for Windows
`;

interface Figures {
  /** Milliseconds until the ready line, with an empty data folder. */
  readonly first: number;
  /** The same with a folder that is there; the fastest. */
  readonly later: number;
  /** Bytes in memory at rest. */
  readonly memory: number;
}

/** How long a server is left alone before its memory is read. */
const REST_MS = 3000;

async function main(): Promise<void> {
  const { values } = readOptions(USAGE, {
    rounds: { type: "string", default: "5" },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error("--rounds needs a number from 1 on");
  }
  const release = Deno.env.get("RETROPAL_RELEASE");
  if (release === undefined) throw new Error("RETROPAL_RELEASE is not set");
  console.log(
    "| archive | packed MB | program MB | first start s | start s | memory MB | run |\n" +
      "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
  );
  for (const target of TARGETS) console.log(await row(target, release, rounds));
}

async function row(
  target: Target,
  release: string,
  rounds: number,
): Promise<string> {
  const name = `retropal-${VERSION}-${target.name}.${target.archive}`;
  const file = join(release, name);
  const place = PLACES.find((each) => each.target === target.name);
  const figures = place?.available === true
    ? await measure(place, rounds)
    : undefined;
  return "| " + [
    name,
    megabytes((await Deno.stat(file)).size),
    megabytes(await sizeInside(file, target)),
    seconds(figures?.first),
    seconds(figures?.later),
    figures === undefined ? "" : megabytes(figures.memory),
    figures === undefined ? "not here" : place?.how,
  ].join(" | ") + " |";
}

/** Bytes of the program in an archive. */
async function sizeInside(file: string, target: Target): Promise<number> {
  const [command, args] = target.archive === "zip"
    ? ["unzip", ["-Zl", file]] as const
    : ["tar", ["-tvzf", file]] as const;
  const { stdout } = await new Deno.Command(command, { args: [...args] })
    .output();
  const line = new TextDecoder().decode(stdout).split("\n")
    .find((each) => each.endsWith(`/${programName(target)}`));
  // tar: mode, owner, size; unzip: mode, version, system, size.
  const column = target.archive === "zip" ? 3 : 2;
  return Number(line?.split(/\s+/)[column]);
}

async function measure(place: Place, rounds: number): Promise<Figures> {
  let result: Figures | undefined;
  await place.use(async (program) => {
    // Reads the program from the disk once, and makes Wine's own folder.
    await ok(program.machine, ["version"]);
    const first = await start(program, 0);
    const later: number[] = [];
    let memory = 0;
    for (let round = 1; round <= rounds; round++) {
      const run = await start(program, REST_MS);
      later.push(run.ms);
      memory = Math.max(memory, run.memory);
    }
    result = { first: first.ms, later: Math.min(...later), memory };
  });
  return result!;
}

async function start({ machine }: Unpacked, restMs: number) {
  const server = await serve(machine);
  await new Promise((resolve) => setTimeout(resolve, restMs));
  const memory = await memoryOf(server.ready.pid);
  await ok(machine, ["stop", "--data", machine.data]);
  await server.ended();
  return { ms: server.ms, memory };
}

/**
 * Resident memory, of an emulator with the program in it. The pid that a
 * program says under Wine is none of this system: there it is found by name.
 */
async function memoryOf(pid: number): Promise<number> {
  const own = await resident(pid);
  if (own.name.startsWith("retropal") || own.name.startsWith("qemu-aarch64")) {
    return own.bytes;
  }
  let largest = 0;
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const other = await resident(Number(name));
    const command = await Deno.readTextFile(`/proc/${name}/cmdline`)
      .catch(() => "");
    if (command.includes("retropal.exe")) {
      largest = Math.max(largest, other.bytes);
    }
  }
  return largest;
}

async function resident(pid: number) {
  const status = await Deno.readTextFile(`/proc/${pid}/status`)
    .catch(() => "");
  return {
    name: /^Name:\s+(.*)$/m.exec(status)?.[1] ?? "",
    bytes: 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0),
  };
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
const seconds = (ms?: number) => ms === undefined ? "" : (ms / 1e3).toFixed(2);

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
