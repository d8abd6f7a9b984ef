/**
 * `deno task bench NAME [options]`: measures one thing, prints a table and
 * writes JSON to dist/bench. `deno task bench compare A B` compares two such
 * files. The measurements are in `benches`; `rig` holds the load generator, the
 * servers it is pointed at, and the report.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program for people
import { readOptions } from "../options.ts";
import { cluster } from "./benches/cluster.ts";
import { codec } from "./benches/codec.ts";
import { compare } from "./rig/compare.ts";
import { idle, joinStorm, signOnStorm } from "./benches/crowds.ts";
import { database } from "./benches/database.ts";
import { decoder } from "./benches/decoder.ts";
import { fanout } from "./benches/fanout.ts";
import { describeMachine } from "./rig/machine.ts";
import { mixed } from "./benches/mixed.ts";
import type { Bench, Options } from "./rig/options.ts";
import { profiles } from "./benches/profiles.ts";
import { slowReaders } from "./benches/slow_readers.ts";
import { video, videoStorm } from "./benches/video.ts";
import { voiceTcp, voiceUdp } from "./benches/voice.ts";
import { webSocket } from "./benches/websocket.ts";
import { workers } from "./benches/workers.ts";
import { goals, keep, type Report, table } from "./rig/report.ts";

const BENCHES: readonly Bench[] = [
  fanout,
  voiceTcp,
  voiceUdp,
  video,
  videoStorm,
  mixed,
  idle,
  signOnStorm,
  joinStorm,
  slowReaders,
  decoder,
  codec,
  webSocket,
  database,
  workers,
  cluster,
  profiles,
];

const HELP = `deno task bench NAME [options]
deno task bench compare A.json B.json

${BENCHES.map(({ name, about }) => `  ${name.padEnd(14)} ${about}`).join("\n")}

  --rounds N     interleaved rounds, 5 unless told otherwise
  --ms N         measured per round and variant, 2000
  --seconds N    for benches that last
  --quick        fewer cases
  --program FILE the compiled program, instead of deno run main.ts
  --out FILE     where the JSON goes, dist/bench/NAME-TIME.json otherwise`;

async function main(args: string[]): Promise<number> {
  const { values, positionals: [name = "", ...files] } = readOptions(HELP, {
    rounds: { type: "string", default: "5" },
    ms: { type: "string", default: "2000" },
    seconds: { type: "string" },
    quick: { type: "boolean", default: false },
    program: { type: "string" },
    out: { type: "string" },
  }, { args, words: true });
  if (name === "compare" && files.length === 2) {
    console.log(await compare(files[0]!, files[1]!));
    return 0;
  }
  const bench = BENCHES.find((one) => one.name === name);
  if (bench === undefined) {
    console.error(HELP);
    return 2;
  }
  const options: Options = {
    rounds: Number(values.rounds),
    ms: Number(values.ms),
    seconds: values.seconds === undefined ? undefined : Number(values.seconds),
    quick: values.quick,
    program: values.program,
    out: values.out,
  };
  const outcome = await bench.run(options);
  const report: Report = {
    bench: name,
    command: `deno task bench ${args.join(" ")}`,
    at: new Date().toISOString(),
    machine: await describeMachine(),
    settings: {},
    goals: [],
    notes: [],
    ...outcome,
  };
  print(report);
  console.log(`\nkept as ${await keep(report, options.out)}`);
  return 0;
}

function print(report: Report): void {
  const { machine, settings } = report;
  console.log(
    `${machine.cpu}, ${machine.cores} cores, ${machine.kernel}, Deno ` +
      `${machine.deno}, Node ${machine.node}, load ${
        machine.load.map((n) => n.toFixed(1)).join(" ")
      }`,
  );
  const changed = Object.entries(settings);
  if (changed.length > 0) {
    console.log(
      `server settings: ${changed.map((pair) => pair.join("=")).join(" ")}`,
    );
  }
  console.log(`\n${table(report.rows)}\n`);
  if (report.goals.length > 0) console.log(goals(report.goals));
  for (const note of report.notes) console.log(note);
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
