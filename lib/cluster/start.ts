/**
 * Starts a role on NATS. This module, and all that it imports of NATS, is
 * loaded only by a server that has a role.
 *
 * @module
 */
import { logger } from "../ops/log.ts";
import type { LiveConfig } from "../config/live_config.ts";
import { voiceRoster } from "../server/voice_roster.ts";
import type { ClusterNeighbours } from "../server/start_server.ts";
import { ClusterCore } from "./core.ts";
import { GatewayServer } from "./gateway_server.ts";
import { readGatewayFile, writeGatewayFile } from "./gateway_file.ts";
import { Nats } from "./nats.ts";
import { noLog } from "./no_log.ts";

/** Milliseconds within which another gateway of the same number answers. */
const ASK_MS = 500;

const seconds = () => Math.floor(Date.now() / 1000);

/** Joins a server that stores to its cluster. */
export async function startCore(
  { core, chat, voice }: ClusterNeighbours,
  folder: string,
): Promise<AsyncDisposable & { readonly cluster: ClusterCore }> {
  const { config, world, addressBans, clock } = core;
  const nats = await Nats.connect({
    config: config.current,
    clientName: `retropal core on ${Deno.hostname()}`,
    log: logger("cluster"),
  });
  const nothing = () => {};
  const cluster = new ClusterCore({
    broker: nats.broker(noLog()),
    epoch: seconds(),
    chat: chat.server,
    config: () => config.current,
    media: chat.media,
    voice: voice.server,
    roster: voiceRoster(world, () => config.current, {
      onLinkLost: nothing,
      onTalk: nothing,
    }),
    banned: () => addressBans.refusedNetworks(clock()),
    folder,
  });
  chat.media = cluster.media;
  chat.server.voice = cluster.voice;
  return {
    cluster,
    async [Symbol.asyncDispose]() {
      cluster[Symbol.dispose]();
      await nats[Symbol.asyncDispose]();
    },
  };
}

/** A gateway that takes connections. Rejects with CannotListen, NatsError. */
export async function startGateway(
  config: LiveConfig,
  file: string,
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
 * The number of before unless a gateway that runs has it, as in a copied
 * folder; a random one otherwise. From now on this one answers for it.
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

async function isTaken({ connection, subject }: Nats, number: number) {
  try {
    await connection.request(subject(`id.${number}`), undefined, {
      timeout: ASK_MS,
    });
    return true;
  } catch {
    // Nobody answers.
    return false;
  }
}
