/**
 * `retropal cluster`: shows a cluster, and chooses its leader.
 *
 * @module
 */
import { resolve } from "node:path";
import {
  CODE,
  type CommandResult,
  done,
  failure,
} from "../commands/command.ts";
import { option } from "../commands/field.ts";
import { columns } from "../commands/table_text.ts";
import { NatsError } from "../cluster/nats_error.ts";
import type { ClusterView, CoreStatus } from "../cluster/status.ts";
import { type Local, localCommand } from "./local.ts";

export const clusterStatus = localCommand({
  path: ["cluster", "status"],
  summary: "Show the cores and gateways of a cluster",
  details: "Asks all cores through NATS, with the settings of the data " +
    "folder: it works in the folder of any core or gateway. LAG is the " +
    "number of log entries that a standby core has not applied yet.",
  examples: ["retropal cluster status", "retropal cluster status --json"],
  fields: {},
  run: (local) =>
    looking(local, async (view) => {
      const cores = await view.cores();
      const [leader] = cores;
      if (leader === undefined) {
        return failure(CODE.refused, "No core answers.");
      }
      return done({ cores }, ...statusLines(cores));
    }),
});

export const clusterPromote = localCommand({
  path: ["cluster", "promote"],
  summary: "Make another core the leader",
  details:
    "Without --core the core of this data folder becomes the leader, and the " +
    "previous leader stands by. Clients of gateways notice nothing; clients " +
    "of the previous leader sign on again.",
  examples: [
    "retropal cluster promote --data /srv/retropal",
    "retropal cluster promote --core host2:/srv/retropal",
  ],
  fields: {
    core: option("NAME", "Name of the core in `cluster status`."),
  },
  run: (local, { core }) =>
    looking(local, async (view) => {
      const name = core ?? `${Deno.hostname()}:${resolve(local.folder.path)}`;
      const cores = await view.cores();
      const wanted = cores.find((one) => one.name === name);
      if (wanted === undefined) {
        return failure(
          CODE.refused,
          `No core of the name ${name} answers. There are: ` +
            `${cores.map((one) => one.name).join(", ") || "none"}.`,
        );
      }
      if (wanted.leads) {
        return done({ leader: name }, `${name} is already the leader.`);
      }
      if (wanted.fault !== null || wanted.entry === null) {
        const reason = wanted.fault ?? "its copy is incomplete";
        return failure(CODE.refused, `${name} cannot lead: ${reason}.`);
      }
      if (await view.promote(name) === undefined) {
        return failure(CODE.refused, "There is currently no leader.");
      }
      return await promoted(view, name);
    }),
});

const PROMOTION_MS = 10_000;

async function promoted(
  view: ClusterView,
  name: string,
): Promise<CommandResult> {
  const ends = performance.now() + PROMOTION_MS;
  while (performance.now() < ends) {
    const cores = await view.cores();
    if (cores.find((one) => one.name === name)?.leads) {
      return done({ leader: name }, `${name} leads.`);
    }
  }
  return failure(CODE.refused, `${name} is not the leader yet: see its log.`);
}

async function looking(
  local: Local,
  work: (view: ClusterView) => Promise<CommandResult>,
): Promise<CommandResult> {
  const { config } = local.loadConfig();
  if (config.cluster.nats.length === 0) {
    return failure(
      CODE.refused,
      "cluster.nats names no server: this folder belongs to no cluster.",
    );
  }
  try {
    // Loaded on demand, because only commands about a cluster need NATS.
    const { ClusterView } = await import("../cluster/status.ts");
    await using view = await ClusterView.open(config);
    return await work(view);
  } catch (error) {
    if (!(error instanceof NatsError)) throw error;
    return failure(CODE.refused, error.message);
  }
}

function statusLines(cores: readonly CoreStatus[]): string[] {
  const [first] = cores;
  const last = first?.leads ? first.entry : null;
  const rows = cores.map(({ name, leads, entry, version, fault }) => [
    name,
    leads ? "leads" : "stands by",
    leads || last === null || entry === null ? "-" : String(last - entry),
    version,
    fault ?? "",
  ]);
  const lines = columns(["CORE", "STATE", "LAG", "VERSION", ""], rows);
  if (!first?.leads) return [...lines, "", "There is no leader."];
  const gateways = first.gateways ?? [];
  const table = columns(
    ["GATEWAY", "HOST", "CHAT", "VOICE", "CONNECTIONS"],
    gateways.map(({ gateway, host, chat, voice, connections }) => [
      String(gateway),
      host,
      chat,
      voice,
      String(connections),
    ]),
  );
  return [
    ...lines,
    "",
    ...(gateways.length === 0 ? ["No gateway."] : table),
    "",
    `${first.online ?? 0} people online, term ${first.term}.`,
  ];
}
