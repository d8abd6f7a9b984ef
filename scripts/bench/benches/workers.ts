/**
 * The benefit of more cores: a bare server in Deno with and without workers
 * that share the port, where one thread owns the room (docs/scaling.md).
 *
 * @module
 */
import type { Bench } from "../rig/options.ts";
import type { Row } from "../rig/report.ts";
import { costs, interleave, type Variant } from "../rig/rounds.ts";
import { RAISED, startBare, startC, startRetropal } from "../rig/servers.ts";

export const workers: Bench = {
  name: "workers",
  about: "a bare server with workers on one port: what crossing threads costs",
  async run({ rounds, ms, program, quick }) {
    await using servers = new AsyncDisposableStack();
    const variants: Variant[] = [];
    for (
      const server of [
        await startRetropal({ accounts: 400, rooms: 1, program }),
        await startBare(0),
        await startBare(1),
        await startBare(2),
        await startBare(4),
        await startC(),
      ]
    ) {
      if (server !== null) variants.push({ server: servers.use(server) });
    }
    const rows: Row[] = [];
    for (const members of quick ? [100] : [20, 100, 400]) {
      for (const outstanding of [1, 8, 64]) {
        rows.push(
          ...await interleave(
            rounds,
            variants,
            "fanout",
            { members, outstanding },
            { members, outstanding, ms },
            costs,
          ),
        );
      }
    }
    return {
      rows,
      settings: RAISED,
      notes: ["All threads of a server share its one core here."],
    };
  },
};
