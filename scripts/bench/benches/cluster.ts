/**
 * Room text and voice through one and two gateways, beside the server alone:
 * what a core saves, what a line waits for, and what gateways cost.
 *
 * @module
 */
import type { Cluster } from "../rig/cluster.ts";
import { startCluster } from "../rig/cluster.ts";
import type { Seen } from "../rig/load.ts";
import type { Bench, Options } from "../rig/options.ts";
import type { Running } from "../rig/process.ts";
import type { Goal, Outcome, Row } from "../rig/report.ts";
import { interleave, ratio, type Variant } from "../rig/rounds.ts";
import { RAISED, startRetropal } from "../rig/servers.ts";

const CORE_COST = "core µs per delivery";
const P50 = "p50 ms";
/** One member writes by the clock, the others hear. */
const PACED = { members: 100, rate: 200 };

interface Case {
  readonly members: number;
  /** Lines a second; 0: the next when all have the oldest outstanding one. */
  readonly rate: number;
  readonly outstanding: number;
}

const CASES: readonly Case[] = [
  { ...PACED, outstanding: 0 },
  { members: 100, rate: 0, outstanding: 1 },
  { members: 100, rate: 0, outstanding: 8 },
  { members: 1000, rate: 0, outstanding: 1 },
  { members: 1000, rate: 0, outstanding: 8 },
];
const VOICE = { listeners: 50, rate: 400 };

interface Fanout extends Seen {
  readonly firstCpu: number;
  readonly secondCpu: number;
}

export const cluster: Bench = {
  name: "cluster",
  about: "room text and voice, alone and behind one and two gateways",
  async run(options) {
    const { quick, program } = options;
    const accounts = quick ? 100 : 1000;
    const setUp = {
      accounts,
      rooms: 2,
      roomType: (index: number) => index === 0 ? 0 as const : 3 as const,
      program,
    };
    await using servers = new AsyncDisposableStack();
    const alone = servers.use(await startRetropal({ ...setUp, name: "alone" }));
    const one = await startCluster(1, setUp);
    const two = await startCluster(2, setUp);
    if (one === null || two === null) {
      throw new Error("this bench needs a nats-server in the path");
    }
    servers.use(one);
    servers.use(two);
    const variants: Variant[] = [
      { server: alone },
      through("1 gateway", one),
      through("2 gateways", two),
    ];
    const rows: Row[] = [];
    for (const one of quick ? CASES.slice(0, 3) : CASES) {
      rows.push(...await measureText(options, variants, one));
    }
    rows.push(...await measureVoice(options, alone, one.gateways[0]!));
    return { rows, settings: RAISED, goals: goalsOf(rows) } satisfies Outcome;
  },
};

/** The core is what is measured; clients connect to its gateways. */
function through(name: string, { core, gateways }: Cluster): Variant {
  const [first, second] = gateways;
  return {
    server: { ...core, name, chatPort: first!.chatPort },
    args: {
      first_pid: first!.pid,
      ...(second !== undefined && {
        second_port: second.chatPort,
        second_pid: second.pid,
      }),
    },
  };
}

async function measureText(
  { rounds, ms }: Options,
  variants: readonly Variant[],
  { members, rate, outstanding }: Case,
): Promise<Row[]> {
  return await interleave(
    rounds,
    variants,
    "fanout",
    { members, "lines/s": rate, outstanding },
    { members, rate, outstanding: Math.max(1, outstanding), ms },
    (
      { cpu, firstCpu, secondCpu, delivered, seconds, lost, latency }: Fanout,
    ) => {
      return {
        [CORE_COST]: 1e6 * cpu / delivered,
        "gateway µs per delivery": 1e6 * (firstCpu + secondCpu) / delivered,
        "deliveries/s": delivered / seconds,
        [P50]: latency.p50 / 1000,
        "p99 ms": latency.p99 / 1000,
        lost,
      };
    },
  );
}

/** The gateway of a voice room relays its voice: the core hears none. */
async function measureVoice(
  { rounds, ms }: Options,
  alone: Running,
  gateway: Running,
): Promise<Row[]> {
  return await interleave(
    rounds,
    [{ server: alone }, { server: { ...gateway, name: "1 gateway" } }],
    "voice",
    { listeners: VOICE.listeners, "packets/s": VOICE.rate },
    { ...VOICE, gid: 60_002, ms },
    ({ cpu, delivered, lost, latency }: Seen) => ({
      "voice µs per packet": 1e6 * cpu / delivered,
      [P50]: latency.p50 / 1000,
      "p99 ms": latency.p99 / 1000,
      lost,
    }),
  );
}

function goalsOf(rows: readonly Row[]): Goal[] {
  const paced = { members: PACED.members, "lines/s": PACED.rate };
  const cost = ratio(rows, CORE_COST, "2 gateways", "alone", paced);
  const p50 =
    rows.find(({ variant, parameters }) =>
      variant === "2 gateways" && parameters["lines/s"] === PACED.rate
    )?.values[P50]?.median ?? NaN;
  const lost = rows.reduce(
    (sum, { values }) => sum + Math.max(0, ...values.lost?.rounds ?? []),
    0,
  );
  return [
    {
      what: "200 lines/s to 100 members over 2 gateways: p50",
      wanted: "under 2 ms",
      got: `${p50.toFixed(2)} ms`,
      met: p50 < 2,
    },
    {
      what: "the same: CPU of the core per delivery, of the server's alone",
      wanted: "at most 50 %",
      got: `${(100 * cost).toFixed(0)} %`,
      met: cost <= 0.5,
    },
    {
      what: "lost lines and packets",
      wanted: "none",
      got: `${lost}`,
      met: lost === 0,
    },
  ];
}
