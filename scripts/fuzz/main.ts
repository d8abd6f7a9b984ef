/**
 * `deno task fuzz [--frames N] [--inputs N] [--seed N] [--keep]`: feeds the
 * decoders and whole sessions with generated and damaged input until the
 * numbers are reached or something fails. `--keep` adds inputs with new
 * behaviour to tests/corpus.
 *
 * @module
 */
import { Corpus } from "./corpus.ts";
import { DECODERS, fuzzDecoders } from "./decoders.ts";
import { readOptions } from "../options.ts";
import { Random } from "./random.ts";
import { fuzzSessions } from "./sessions.ts";

const USAGE = `Feeds decoders and whole sessions with damaged input.

usage: deno task fuzz [--frames N] [--inputs N] [--seed N] [--keep]

  --frames N  frames sent to sessions, 200000 by default
  --inputs N  inputs given to decoders, 500000 by default
  --seed N    repeats a run; the time by default
  --keep      adds inputs that caused new behaviour to tests/corpus`;

const { values } = readOptions(USAGE, {
  frames: { type: "string", default: "200000" },
  inputs: { type: "string", default: "500000" },
  seed: { type: "string", default: String(Date.now() % 1e9) },
  keep: { type: "boolean", default: false },
});

const print = (line: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

const seed = Number(values.seed);
const random = new Random(seed);
const corpus = Corpus.load();
print(`seed ${seed}, ${corpus.frames.length} inputs in the corpus`);

const inputs = Number(values.inputs);
let started = performance.now();
const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
const broken = fuzzDecoders(inputs, random, corpus);
print(
  `decoders: ${inputs} inputs to ${DECODERS.length} decoders in ${seconds()} s`,
);

started = performance.now();
const frames = Number(values.frames);
let said = 0;
const report = broken === undefined
  ? await fuzzSessions(frames, random, corpus, (done) => {
    if (done - said < 500_000) return;
    said = done;
    print(
      `sessions: ${done} frames, ${corpus.behaviours} behaviours, ${seconds()} s`,
    );
  })
  : { frames: 0, faults: [broken] };
print(
  `sessions: ${report.frames} frames in ${seconds()} s, ` +
    `${corpus.behaviours} different behaviours`,
);
if (values.keep) corpus.save();
for (const fault of report.faults) print(`FAULT (seed ${seed}):\n${fault}`);
Deno.exit(report.faults.length === 0 ? 0 : 1);
