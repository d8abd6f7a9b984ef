/**
 * Room text from one sender to all members, with several messages outstanding:
 * the server's main work.
 *
 * @module
 */
import type { Bench, Options } from "../rig/options.ts";
import type { Goal, Outcome, Row } from "../rig/report.ts";
import { costs, interleave, ratio, type Variant } from "../rig/rounds.ts";
import {
  RAISED,
  startBare,
  startC,
  startOld,
  startRetropal,
} from "../rig/servers.ts";

const COST = "µs CPU per message";

interface Case {
  readonly members: number;
  readonly outstanding: number;
  readonly bytes: number;
}

const CASES: readonly Case[] = [
  { members: 100, outstanding: 1, bytes: 64 },
  { members: 100, outstanding: 8, bytes: 64 },
  { members: 100, outstanding: 64, bytes: 64 },
  { members: 10, outstanding: 1, bytes: 64 },
  { members: 1000, outstanding: 1, bytes: 64 },
  { members: 1000, outstanding: 8, bytes: 64 },
  { members: 100, outstanding: 1, bytes: 1000 },
  { members: 100, outstanding: 8, bytes: 1000 },
];
const QUICK = [...CASES.slice(0, 3), CASES[4]!];

export const fanout: Bench = {
  name: "fanout",
  about:
    "room text, members × outstanding × bytes, beside C, bare Deno and the old server",
  async run(options) {
    const most = Math.max(...CASES.map(({ members }) => members));
    await using servers = new AsyncDisposableStack();
    const variants: Variant[] = [];
    const retropal = await startRetropal({
      accounts: most,
      rooms: 1,
      program: options.program,
    });
    for (
      const server of [
        retropal,
        await startBare(0),
        await startC(),
        await startC("merge"),
        await startOld(),
      ]
    ) {
      if (server !== null) variants.push({ server: servers.use(server) });
    }
    const rows: Row[] = [];
    for (const one of options.quick ? QUICK : CASES) {
      rows.push(...await measure(options, variants, one));
    }
    return { rows, settings: RAISED, goals: goalsOf(rows) } satisfies Outcome;
  },
};

async function measure(
  { rounds, ms }: Options,
  variants: readonly Variant[],
  { members, outstanding, bytes }: Case,
): Promise<Row[]> {
  return await interleave(
    rounds,
    variants,
    "fanout",
    { members, outstanding, bytes },
    { members, outstanding, size: bytes, ms },
    costs,
  );
}

function goalsOf(rows: readonly Row[]): Goal[] {
  const at = (members: number, outstanding: number) => ({
    members,
    outstanding,
    bytes: 64,
  });
  const ofC = ratio(rows, COST, "c", "retropal", at(100, 1));
  const old = (n: number) => ratio(rows, COST, "old", "retropal", at(100, n));
  const cost = (members: number) =>
    rows.find((row) =>
      row.variant === "retropal" && row.parameters.members === members &&
      row.parameters.outstanding === 1 && row.parameters.bytes === 64
    )?.values[COST]?.median ?? NaN;
  const growth = cost(1000) / cost(100);
  return [
    {
      what: "one message at a time to 100: messages per CPU-second, of C's",
      wanted: "at least 80 %",
      got: `${(100 * ofC).toFixed(0)} %`,
      met: ofC >= 0.8,
    },
    {
      what: "8 outstanding: times the old server's",
      wanted: "at least 10×",
      got: `${old(8).toFixed(1)}×`,
      met: old(8) >= 10,
    },
    {
      what: "64 outstanding: times the old server's",
      wanted: "at least 25×",
      got: `${old(64).toFixed(1)}×`,
      met: old(64) >= 25,
    },
    {
      what: "cost per message at 1,000 members over that at 100",
      wanted: "at most 1.6×",
      got: `${growth.toFixed(2)}×`,
      met: growth <= 1.6,
    },
  ];
}
