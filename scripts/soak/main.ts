/**
 * `deno task soak [--minutes N] [--people N] [--talkers N] [--hostile N]`: two
 * minutes unless told otherwise. RETROPAL_BIN tests a compiled program.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { soak } from "./soak.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    minutes: { type: "string", default: "2" },
    people: { type: "string", default: "40" },
    talkers: { type: "string", default: "6" },
    hostile: { type: "string", default: "4" },
  },
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
