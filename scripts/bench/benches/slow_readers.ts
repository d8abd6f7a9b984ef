/**
 * Members of a room who never read: the effect on them, on the others and on
 * the server's memory.
 *
 * @module
 */
import { load } from "../rig/load.ts";
import type { Bench } from "../rig/options.ts";
import { measured, type Row } from "../rig/report.ts";
import { RAISED, startRetropal } from "../rig/servers.ts";
import { watch } from "../rig/watch.ts";

const MEMBERS = 100;

export const slowReaders: Bench = {
  name: "slow-readers",
  about: "members who never read: they are closed, the others hear no less",
  async run({ program, quick, seconds = 10 }) {
    const rows: Row[] = [];
    const cases = quick ? [0, 10] : [0, 1, 10, 50];
    let lost = 0;
    let unclosed = 0;
    let grown = 0;
    for (const slow of cases) {
      await using server = await startRetropal({
        accounts: MEMBERS,
        rooms: 1,
        program,
      });
      const { result, peakMb, rssMb, memory } = await watch(
        server,
        () =>
          load("fanout", server, {
            members: MEMBERS,
            slow,
            rate: 1000,
            size: 1000,
            ms: 1000 * seconds,
          }),
      );
      const { totals } = await server.status();
      lost += result.lost;
      unclosed += slow - totals.slowClientsClosed;
      grown = Math.max(grown, peakMb - memory[0]!);
      rows.push({
        variant: "retropal",
        parameters: { members: MEMBERS, "never read": slow },
        values: {
          closed: measured([totals.slowClientsClosed]),
          "messages/s": measured([result.delivered / result.seconds]),
          lost: measured([result.lost]),
          "p50 ms": measured([result.latency.p50 / 1000]),
          "p99 ms": measured([result.latency.p99 / 1000]),
          "MB before": measured([memory[0]!]),
          "MB peak": measured([peakMb]),
          "MB after": measured([rssMb]),
        },
      });
    }
    return {
      rows,
      settings: RAISED,
      goals: [
        {
          what: "who never reads is closed; still open at the end",
          wanted: "none",
          got: String(unclosed),
          met: unclosed === 0,
        },
        {
          what: "lost to the others",
          wanted: "none",
          got: String(lost),
          met: lost === 0,
        },
        {
          what: "memory over that at the start",
          wanted: "under 100 MB",
          got: `${grown.toFixed(0)} MB`,
          met: grown < 100,
        },
      ],
    };
  },
};
