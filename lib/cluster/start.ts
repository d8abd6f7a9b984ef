/**
 * Starts a role with NATS. Only a server with a role loads this module and the
 * NATS packages that it imports.
 *
 * @module
 */
import { logger } from "../ops/log.ts";
import type { LiveConfig } from "../config/live_config.ts";
import { voiceRoster } from "../server/voice_roster.ts";
import type { ClusterNeighbours } from "../server/start_server.ts";
import { newestSchema } from "../../db/migrate.ts";
import type { Config } from "../config/config.ts";
import type { DataFolder } from "../config/data_folder.ts";
import { ClusterCore } from "./core.ts";
import {
  CoreNode,
  type CoreNodeOptions,
  STANDBY,
  type Term,
} from "./core_node.ts";
import { Leader } from "./leader.ts";
import { NatsError } from "./nats_error.ts";
import { pause } from "./pause.ts";
import { answerPromote, answerStatus, leadingStatus } from "./status.ts";
import { GatewayServer } from "./gateway_server.ts";
import { readGatewayFile, writeGatewayFile } from "./gateway_file.ts";
import { reachableAddress } from "./own_address.ts";
import { Nats } from "./nats.ts";
import { noLog } from "./no_log.ts";

/** Milliseconds within which another gateway with the same number answers. */
const ASK_MS = 500;
/** Milliseconds to wait until JetStream has a leader. */
const JETSTREAM_MS = 30_000;
/** Milliseconds for a core's last messages to reach the log. */
const LAST_MS = 1000;

const seconds = () => Math.floor(Date.now() / 1000);

/** Returns the name of a core in `cluster status`: its host and data folder. */
export const coreName = (folder: string) => `${Deno.hostname()}:${folder}`;

/** Opens one of several cores: see {@linkcode CoreNode}. */
export async function openCore(
  config: Config,
  database: string,
  folder: string,
): Promise<CoreMembership> {
  const log = logger("cluster");
  const nats = await Nats.connect({
    config,
    clientName: `retropal core on ${Deno.hostname()}`,
    log,
  });
  try {
    const node = await openNode({
      nats,
      name: config.cluster.name,
      database,
      holder: coreName(folder),
      log,
      newestSchema: newestSchema(),
    });
    const unanswer = answerStatus({ nats, name: coreName(folder), node });
    return {
      node,
      open: (term) =>
        Leader.open({
          node,
          nats,
          term,
          database,
          durability: config.store.durability,
          log,
        }),
      async [Symbol.asyncDispose]() {
        unanswer();
        await node[Symbol.asyncDispose]();
        await nats[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await nats[Symbol.asyncDispose]();
    throw error;
  }
}

export interface CoreMembership extends AsyncDisposable {
  readonly node: CoreNode;
  /** Opens the database of the leading core. */
  open(term: Term): Promise<Leader>;
}

/**
 * Waits for JetStream, which may still be electing its leader when NATS
 * answers.
 */
async function openNode(options: CoreNodeOptions): Promise<CoreNode> {
  const ends = performance.now() + JETSTREAM_MS;
  for (;;) {
    try {
      return await CoreNode.open(options);
    } catch (error) {
      const reason = error instanceof Error ? error.message : `${error}`;
      if (performance.now() >= ends || /too old/.test(reason)) {
        throw new NatsError(
          `NATS is there, and its JetStream is not: ${reason}. Start ` +
            "nats-server with --jetstream and a --store_dir.",
        );
      }
      await pause(500);
    }
  }
}

/** Connects a leading server to its cluster. */
export function startCore(
  { core, chat, voice, video, statistics }: ClusterNeighbours,
  folder: string,
  leader: Leader,
  onReplaced: () => void,
): AsyncDisposable & { leave(comesBack: boolean): Promise<void> } {
  const { config, world, addressBans, clock } = core;
  const { nats, node, term } = leader;
  const nothing = () => {};
  const cluster = new ClusterCore({
    broker: nats.broker(node.log),
    epoch: term.epoch,
    leader,
    onReplaced,
    chat: chat.server,
    config: () => config.current,
    media: chat.media,
    voice: voice.server,
    video: video?.server,
    roster: voiceRoster(world, () => config.current, {
      onLinkLost: nothing,
      onTalk: nothing,
    }),
    banned: () => addressBans.refusedNetworks(clock()),
    folder,
    web: chat.webPort === null
      ? null
      : `${
        reachableAddress(config.current.web.bind || config.current.server.bind)
      }:${chat.webPort}`,
  });
  chat.media = cluster.media;
  voice.server.addStats(() =>
    cluster.places.all().flatMap(({ stats }) => stats?.voice ?? [])
  );
  video?.server.addStats(() =>
    cluster.places.all().flatMap(({ stats }) => stats?.video ?? [])
  );
  statistics.others = cluster.use;
  chat.server.voice = cluster.voice;
  chat.server.video = cluster.video;
  node.onLost = () => {
    cluster[Symbol.dispose]();
    onReplaced();
  };
  node.leading = leadingStatus(cluster, () => world.online.size);
  let next = "";
  const unanswer = answerPromote(nats, coreName(folder), (name) => {
    logger("cluster").info("another core shall lead", { core: name });
    next = name;
    onReplaced();
  });
  return {
    async leave(comesBack) {
      node.onLost = nothing;
      // Without another core, clients are told that the server is shutting
      // down.
      const goesOn = comesBack || cluster.hub.isStopped ||
        await hasStandby(nats);
      if (!goesOn) return;
      await cluster.leave();
      if (node.lease.isOurs) await node.lease.release(next);
    },
    async [Symbol.asyncDispose]() {
      node.onLost = nothing;
      node.leading = undefined;
      unanswer();
      if (!cluster.hub.isStopped) {
        await Promise.race([cluster.hub.settled(), pause(LAST_MS)]);
      }
      cluster[Symbol.dispose]();
      leader[Symbol.dispose]();
    },
  };
}

/** Returns whether there is a standby core that can lead immediately. */
async function hasStandby(nats: Nats): Promise<boolean> {
  const { connection } = nats;
  try {
    await connection.request(nats.subject(STANDBY), undefined, {
      timeout: ASK_MS,
    });
    return true;
  } catch {
    return false;
  }
}

/** Starts a gateway. Rejects with CannotListen, ConfigError, NatsError. */
export async function startGateway(
  config: LiveConfig,
  { gateway: file, tls }: Pick<DataFolder, "gateway" | "tls">,
): Promise<AsyncDisposable & { readonly server: GatewayServer }> {
  const { cluster: { name } } = config.current;
  const nats = await Nats.connect({
    config: config.current,
    clientName: `retropal gateway on ${Deno.hostname()}`,
    log: logger("cluster"),
  });
  try {
    const known = readGatewayFile(file);
    const gateway = await freeNumber(nats, known?.gateway);
    const keep = (core = known?.core ?? null) =>
      writeGatewayFile(file, { cluster: name, gateway, core });
    keep();
    const server = await GatewayServer.start({
      broker: nats.broker(noLog()),
      config,
      gateway,
      life: seconds(),
      tlsFolder: tls,
      onCore: keep,
    });
    return {
      server,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await nats[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await nats[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Returns the previous number of this gateway, or a random one if a running
 * gateway has that number, as with a copied folder. From now on this gateway
 * answers for its number.
 */
async function freeNumber(
  nats: Nats,
  known: number | undefined,
): Promise<number> {
  let number = known ?? randomNumber();
  while (await isTaken(nats, number)) number = randomNumber();
  nats.connection.subscribe(nats.subject(`id.${number}`), {
    callback: (_, message) => void message.respond(),
  });
  return number;
}

function randomNumber(): number {
  return crypto.getRandomValues(new Uint16Array(1))[0]!;
}

async function isTaken(nats: Nats, number: number) {
  const { connection } = nats;
  try {
    await connection.request(nats.subject(`id.${number}`), undefined, {
      timeout: ASK_MS,
    });
    return true;
  } catch {
    // No gateway answers.
    return false;
  }
}
