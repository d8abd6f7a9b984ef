/**
 * `deno task simulate [--seeds N] [--from SEED] [--chat | --crowd G,P]`: runs the
 * simulation of gateways and cores (tests/support/simulation) with consecutive
 * seeds. Each failure is printed with the seed that reproduces it.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program of its own
import {
  type Crowd,
  type Outcome,
  simulate,
} from "../tests/support/simulation/simulation.ts";
import { join } from "node:path";
import { openStore } from "../db/open.ts";
import { fill } from "../tests/support/simulation/chat_rules.ts";
import { readOptions } from "./options.ts";

const USAGE = `
deno task simulate [--seeds N] [--from SEED] [--chat | --crowd G,P]

Simulates gateways, cores and a broker that loses, doubles, delays and reorders
messages, cuts lines and kills cores and gateways, on a virtual clock. At the end
of each run every member must have seen what one process would have shown.

  --seeds N     how many runs (10000)
  --from SEED   the first seed (0); with --seeds 1 it repeats one run
  --chat        the chat server's own rooms and handlers, at a tenth of the
                speed, instead of rooms in their smallest form
  --crowd G,P   G gateways with P people each, instead of a handful
`;
/** Maximum characters printed of a failure. */
const MOST = 2000;
/** Maximum failures printed. */
const MOST_SHOWN = 5;

const { values } = readOptions(USAGE, {
  seeds: { type: "string", default: "10000" },
  from: { type: "string", default: "0" },
  chat: { type: "boolean", default: false },
  crowd: { type: "string", default: "" },
});
const crowd = crowdOf(values.crowd);
const [seeds, from] = [values.seeds, values.from].map(Number);
if (!isCount(seeds) || !isCount(from)) {
  console.error("--seeds and --from take whole numbers.");
  Deno.exit(2);
}
if (crowd === null || (crowd !== undefined && values.chat)) {
  console.error("--crowd takes two whole numbers such as 100,100, no --chat.");
  Deno.exit(2);
}

const folder = await Deno.makeTempDir({ prefix: "retropal-simulate-" });
const store = values.chat
  ? await openStore(join(folder, "retropal.db"))
  : undefined;
if (store !== undefined) fill(store);

const sums: Record<string, number> = {};
const failed: number[] = [];
const startedAt = performance.now();
for (let seed = from; seed < from + seeds; seed++) {
  try {
    add(simulate(seed, { store, crowd }));
  } catch (error) {
    failed.push(seed);
    if (failed.length <= MOST_SHOWN) {
      console.error(String(error).slice(0, MOST));
    }
  }
  const done = seed - from + 1;
  if (done % 500 === 0) {
    console.log(`${done} of ${seeds}, ${failed.length} failed`);
  }
}
store?.close();
await Deno.remove(folder, { recursive: true });
const seconds = (performance.now() - startedAt) / 1000;
console.log(
  Object.entries(sums).map(([name, n]) => `${name} ${n}`).join(", "),
);
console.log(
  `${seeds} seeds in ${seconds.toFixed(0)} s, ${failed.length} failed`,
);
if (failed.length > 0) {
  console.error(
    `Again: deno task simulate ${values.chat ? "--chat " : ""}` +
      (values.crowd === "" ? "" : `--crowd ${values.crowd} `) +
      `--seeds 1 --from ${failed[0]}` +
      (failed.length > 1 ? ` (also ${failed.slice(1, 20).join(", ")})` : ""),
  );
  Deno.exit(1);
}

function add(outcome: Outcome): void {
  for (const [name, n] of Object.entries(outcome)) {
    sums[name] = (sums[name] ?? 0) + n;
  }
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}

/** Returns undefined for "", and null for what is no crowd. */
function crowdOf(text: string): Crowd | undefined | null {
  if (text === "") return undefined;
  const [, gateways, people] = /^([1-9]\d{0,2}),([1-9]\d{0,3})$/.exec(text) ??
    [];
  return gateways === undefined
    ? null
    : { gateways: Number(gateways), people: Number(people) };
}
