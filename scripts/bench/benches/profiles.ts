/**
 * CPU profiles of the fan-out and of voice.
 *
 * @module
 */
import { pause } from "../../../lib/net/turn.ts";
import { type Arguments, load, type Mode } from "../rig/load.ts";
import type { Bench } from "../rig/options.ts";
import { profile } from "../rig/profiler.ts";
import { measured, type Row } from "../rig/report.ts";
import { RAISED, startRetropal } from "../rig/servers.ts";

const CASES: readonly (readonly [string, Mode, Arguments])[] = [
  ["fanout 1", "fanout", { members: 100, outstanding: 1 }],
  ["fanout 8", "fanout", { members: 100, outstanding: 8 }],
  ["fanout 64", "fanout", { members: 100, outstanding: 64 }],
  ["voice TCP", "voice", { listeners: 50, rate: 400, gid: 60_002 }],
  ["voice UDP", "voice", { listeners: 50, rate: 2000, udp: 1, gid: 60_002 }],
];
const SHOWN = 14;
const SETTLE_MS = 2500;
const INSPECTOR = 9339;

export const profiles: Bench = {
  name: "profile",
  about: "where the CPU goes, function by function",
  async run({ ms }) {
    await using server = await startRetropal({
      accounts: 200,
      rooms: 2,
      roomType: (index) => index === 0 ? 0 : 3,
      runFlags: [`--inspect=127.0.0.1:${INSPECTOR}`],
    });
    const rows: Row[] = [];
    for (const [name, mode, args] of CASES) {
      const running = load(mode, server, { ...args, ms: ms + 2 * SETTLE_MS });
      // Waits until sign-ons and compilation are over, which are not of
      // interest here.
      await pause(SETTLE_MS);
      const lines = await profile(INSPECTOR, () => pause(ms));
      await running;
      for (const { what, part } of lines.slice(0, SHOWN)) {
        rows.push({
          variant: name,
          parameters: { function: what },
          values: { "% of busy time": measured([100 * part]) },
        });
      }
    }
    return { rows, settings: RAISED };
  },
};
