/**
 * Voice from speakers to listeners over TCP and UDP, compared with a bare relay
 * in C. Packets have 148 bytes, like the real client's.
 *
 * @module
 */
import type { Bench, Options } from "../rig/options.ts";
import type { Goal, Row } from "../rig/report.ts";
import { costs, interleave, ratio, type Variant } from "../rig/rounds.ts";
import {
  RAISED,
  startBareRelay,
  startRelay,
  startRetropal,
} from "../rig/servers.ts";

interface Case {
  readonly speakers: number;
  readonly listeners: number;
  /** Packets sent per second to all listeners together. */
  readonly out: number;
}

const TCP: readonly Case[] = [
  { speakers: 1, listeners: 50, out: 5_000 },
  { speakers: 1, listeners: 50, out: 20_000 },
  { speakers: 1, listeners: 50, out: 50_000 },
  { speakers: 1, listeners: 50, out: 100_000 },
  { speakers: 1, listeners: 10, out: 20_000 },
  { speakers: 10, listeners: 50, out: 50_000 },
  { speakers: 1, listeners: 500, out: 20_000 },
];
const UDP: readonly Case[] = [
  { speakers: 1, listeners: 50, out: 20_000 },
  { speakers: 1, listeners: 50, out: 100_000 },
  { speakers: 1, listeners: 50, out: 200_000 },
  { speakers: 10, listeners: 50, out: 100_000 },
];
const COST = "µs CPU per message";

async function measure(
  options: Options,
  cases: readonly Case[],
  udp: boolean,
): Promise<Row[]> {
  const most = Math.max(
    ...cases.map(({ speakers, listeners }) => speakers * (listeners + 1)),
  );
  await using servers = new AsyncDisposableStack();
  const retropal = servers.use(
    await startRetropal({
      accounts: most,
      rooms: Math.max(...cases.map(({ speakers }) => speakers)),
      roomType: 3,
      program: options.program,
    }),
  );
  const variants: Variant[] = [{ server: retropal }];
  for (const relay of [await startBareRelay(), await startRelay()]) {
    if (relay === null) continue;
    variants.push({ server: servers.use(relay), args: { chat: 0 } });
  }
  const rows: Row[] = [];
  for (const { speakers, listeners, out } of cases) {
    rows.push(
      ...await interleave(
        options.rounds,
        variants,
        "voice",
        { speakers, listeners, "out/s": out },
        {
          speakers,
          listeners,
          rate: Math.round(out / listeners / speakers),
          udp: udp ? 1 : 0,
          ms: options.ms,
        },
        costs,
      ),
    );
  }
  return rows;
}

export const voiceTcp: Bench = {
  name: "voice-tcp",
  about:
    "voice over TCP, speakers × listeners, beside relays in C and bare Deno",
  async run(options) {
    const rows = await measure(
      options,
      options.quick ? TCP.slice(1, 4) : TCP,
      false,
    );
    return { rows, settings: RAISED, goals: tcpGoals(rows) };
  },
};

export const voiceUdp: Bench = {
  name: "voice-udp",
  about:
    "voice over UDP, speakers × listeners, beside relays in C and bare Deno",
  async run(options) {
    const rows = await measure(
      options,
      options.quick ? UDP.slice(1, 3) : UDP,
      true,
    );
    return { rows, settings: RAISED, goals: udpGoals(rows) };
  },
};

const at = (out: number) => ({ speakers: 1, listeners: 50, "out/s": out });

function value(rows: readonly Row[], who: string, out: number, name: string) {
  return rows.find(({ variant, parameters }) =>
    variant === who && parameters["out/s"] === out &&
    parameters.listeners === 50 && parameters.speakers === 1
  )?.values[name]?.median ?? NaN;
}

function tcpGoals(rows: readonly Row[]): Goal[] {
  const goals: Goal[] = [];
  for (const out of [20_000, 100_000]) {
    const times = ratio(rows, COST, "retropal", "c", at(out));
    goals.push({
      what: `TCP, 50 listeners, ${out}/s out: CPU per packet, of C's`,
      wanted: "at most 1.5×",
      got: `${times.toFixed(2)}×`,
      met: times <= 1.5,
    });
    const lost = value(rows, "retropal", out, "lost");
    const cLost = value(rows, "c", out, "lost");
    goals.push({
      what: `TCP, 50 listeners, ${out}/s out: packets lost`,
      wanted: `none where C loses none (${cLost})`,
      got: String(lost),
      met: lost === 0 || cLost > 0,
    });
  }
  const added = value(rows, "retropal", 20_000, "p99 ms") -
    value(rows, "c", 20_000, "p99 ms");
  goals.push({
    what: "TCP, 20,000/s out: p99 delay added to C's",
    wanted: "under 5 ms",
    got: `${added.toFixed(2)} ms`,
    met: added < 5,
  });
  return goals;
}

function udpGoals(rows: readonly Row[]): Goal[] {
  return [100_000, 200_000].map((out) => {
    const part = ratio(rows, COST, "c", "retropal", at(out));
    return {
      what: `UDP, 50 listeners, ${out}/s out: packets per CPU-second, of C's`,
      wanted: "at least 50 %",
      got: `${(100 * part).toFixed(0)} %`,
      met: part >= 0.5,
    };
  });
}
