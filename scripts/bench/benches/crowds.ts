/**
 * Many clients at the same time: idle connections, the storm of sign-ons after
 * a restart, and all of them joining one room.
 *
 * @module
 */
import { type Latency, load, type Seen } from "../rig/load.ts";
import type { Bench } from "../rig/options.ts";
import { measured, type Row } from "../rig/report.ts";
import { RAISED, startRetropal } from "../rig/servers.ts";
import { watch } from "../rig/watch.ts";

interface SignedOn extends Seen {
  readonly people: number;
  readonly alive: number;
  readonly holdCpu: number;
  readonly rssBeforeKb: number;
}

interface Joined extends Seen {
  readonly members: number;
  readonly stormBytes: number;
  readonly ownBytes: number;
  readonly othersBytes: number;
}

const numbers = (values: Record<string, number>) =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, measured([value])]),
  );
const delays = ({ p50, p99, max }: Latency) => ({
  "p50 ms": p50 / 1000,
  "p99 ms": p99 / 1000,
  "max ms": max / 1000,
});

const IDLE_PEOPLE = 10_000;

export const idle: Bench = {
  name: "idle",
  about: "10,000 logged-in connections that say nothing: memory and lag",
  async run({ program, seconds = 30, quick }) {
    const people = quick ? 1000 : IDLE_PEOPLE;
    await using server = await startRetropal({
      accounts: people,
      rooms: 1,
      program,
    });
    const { result, rssMb, peakMb, lagP99Ms } = await watch(
      server,
      () =>
        load<SignedOn>("sign-on", server, {
          people,
          window: 256,
          hold_ms: 1000 * seconds,
        }),
    );
    const failed = people - result.alive;
    const held = result.rssKb / 1024;
    const row: Row = {
      variant: "retropal",
      parameters: { people },
      values: numbers({
        failed,
        "sign-ons/s": people / result.seconds,
        "ms CPU per sign-on": 1000 * result.cpu / people,
        "% CPU idle": 100 * result.holdCpu / seconds,
        "MB before": result.rssBeforeKb / 1024,
        "MB held": held,
        "MB peak": peakMb,
        "MB after": rssMb,
        "kB each": (result.rssKb - result.rssBeforeKb) / people,
        "lag p99 ms": lagP99Ms,
        ...delays(result.latency),
      }),
    };
    const who = `${people} idle logged-in connections`;
    return {
      rows: [row],
      settings: RAISED,
      goals: [
        {
          what: `${who}: failures`,
          wanted: "none",
          got: String(failed),
          met: failed === 0,
        },
        {
          what: `${who}: memory`,
          wanted: "under 200 MB",
          got: `${held.toFixed(0)} MB`,
          met: held < 200,
        },
        {
          what: `${who}: event-loop lag p99, at its worst`,
          wanted: "under 20 ms",
          got: `${lagP99Ms.toFixed(1)} ms`,
          met: lagP99Ms < 20,
        },
      ],
    };
  },
};

const STORM = 500;

export const signOnStorm: Bench = {
  name: "signon-storm",
  about: "500 clients come back at the same moment, with real password hashes",
  async run({ program, quick }) {
    const rows: Row[] = [];
    const costs = quick ? [1, 12] : [1, 12, 14, 15];
    let failed = 0;
    for (const log2n of costs) {
      const settings = { "auth.scrypt_log2n": log2n };
      await using server = await startRetropal({
        accounts: STORM,
        rooms: 1,
        settings,
        program,
      });
      const { result, peakMb, lagP99Ms } = await watch(
        server,
        () =>
          load<SignedOn>("sign-on", server, {
            people: STORM,
            window: STORM,
            hold_ms: 500,
          }),
      );
      failed += result.failed;
      rows.push({
        variant: "retropal",
        parameters: { people: STORM, "scrypt log2n": log2n },
        values: numbers({
          failed: result.failed,
          seconds: result.seconds,
          "sign-ons/s": STORM / result.seconds,
          "ms CPU per sign-on": 1000 * result.cpu / STORM,
          ...delays(result.latency),
          "lag p99 ms": lagP99Ms,
          "MB peak": peakMb,
        }),
      });
    }
    return {
      rows,
      settings: RAISED,
      goals: [{
        what: "500 clients at once, at every hash cost: failures",
        wanted: "none",
        got: String(failed),
        met: failed === 0,
      }],
      notes: [
        "The server has one core here; hashes run beside the event loop on it.",
      ],
    };
  },
};

export const joinStorm: Bench = {
  name: "join-storm",
  about: "everybody joins one room at once; then what one more costs",
  async run({ program, quick }) {
    const sizes = quick ? [100, 200] : [100, 200, 400, 800];
    const rows: Row[] = [];
    for (const members of sizes) {
      await using server = await startRetropal({
        accounts: members,
        rooms: 1,
        program,
      });
      const { result, lagP99Ms } = await watch(
        server,
        () => load<Joined>("join", server, { members }),
      );
      rows.push({
        variant: "retropal",
        parameters: { members },
        values: numbers({
          failed: result.failed,
          "storm seconds": result.seconds,
          "storm CPU s": result.cpu,
          "storm MB": result.stormBytes / 1e6,
          "p99 ms": result.latency.p99 / 1000,
          "bytes to the joiner": result.ownBytes,
          "bytes to the others": result.othersBytes,
          "bytes to each other": result.othersBytes / (members - 1),
          "lag p99 ms": lagP99Ms,
        }),
      });
    }
    const each = rows.map(({ values }) =>
      values["bytes to each other"]!.median
    );
    const growth = Math.max(...each) / Math.min(...each);
    return {
      rows,
      settings: RAISED,
      goals: [{
        what: "joining a room of N: bytes to each other, largest room over " +
          "smallest",
        wanted: "1 (O(N) in all)",
        got: growth.toFixed(2),
        met: growth < 1.1,
      }],
    };
  },
};
