/**
 * `deno task soak [--minutes N] [--people N] [--talkers N] [--hostile N]`: by
 * default two minutes. RETROPAL_BIN tests a compiled program.
 *
 * @module
 */
import { readOptions } from "../options.ts";
import { soak } from "./soak.ts";

const USAGE =
  `Runs a server under everyday and hostile use, and counts what is lost.

usage: deno task soak [--minutes N] [--people N] [--talkers N] [--hostile N]

  --minutes N  how long, 2 by default
  --people N   clients that chat, 40 by default
  --talkers N  clients that speak, 6 by default
  --hostile N  clients that attack, 4 by default

environment:
  RETROPAL_BIN  a compiled program to test instead of the source`;

const { values } = readOptions(USAGE, {
  minutes: { type: "string", default: "2" },
  people: { type: "string", default: "40" },
  talkers: { type: "string", default: "6" },
  hostile: { type: "string", default: "4" },
});

const print = (line: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const faults = await soak({
  seconds: 60 * Number(values.minutes),
  people: Number(values.people),
  talkers: Number(values.talkers),
  hostile: Number(values.hostile),
  print,
});
for (const fault of faults) print(`FAULT ${fault}`);
print(faults.length === 0 ? "The soak found nothing." : "The soak FAILED.");
Deno.exit(faults.length === 0 ? 0 : 1);
