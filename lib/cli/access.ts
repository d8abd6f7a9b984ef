/**
 * Runs a command of the table where the data is: in the running server, or on
 * the database while holding the folder's lock.
 *
 * @module
 */
import { resolve } from "node:path";
import { FolderLock, FolderLocked } from "../../db/lock.ts";
import { openStore } from "../../db/open.ts";
import {
  CODE,
  type Command,
  type CommandResult,
  type Context,
  execute,
  failure,
  HOST,
} from "../commands/command.ts";
import { CommandHost } from "../commands/host.ts";
import type { Config } from "../config/config.ts";
import type { Local } from "./local.ts";
import { readCoreFile } from "../cluster/core_file.ts";
import { readGatewayFile } from "../cluster/gateway_file.ts";
import type { DataFolder } from "../config/data_folder.ts";
import { connectControl } from "../control/client.ts";
import { keepOwner } from "../ops/owner.ts";
import { PasswordHasher } from "../ops/password_hash.ts";

/**
 * Milliseconds to wait for the lock. A starting server holds it before it
 * listens, and other commands hold it briefly.
 */
const PATIENCE_MS = 10_000;
const AGAIN_MS = 100;

export interface Request {
  readonly command: Command;
  readonly input: Readonly<Record<string, unknown>>;
  readonly secret?: string | undefined;
  readonly checkOnly?: boolean;
  readonly emit?: Context["emit"];
  readonly signal?: AbortSignal;
}

/** The data folder, and how to name it on a command line. */
export type Place = Pick<Local, "folder" | "commandLine">;

export async function runOnData(
  place: Place,
  config: () => Config,
  request: Request,
): Promise<CommandResult> {
  const { folder } = place;
  const until = Date.now() + PATIENCE_MS;
  while (true) {
    const client = await connectControl(folder);
    if (client) {
      const { path, endless = false } = request.command;
      return await client.run({ path, endless, ...request });
    }
    const elsewhere = gatewayNotice(folder) ?? coreNotice(place);
    if (elsewhere !== undefined) return failure(CODE.refused, elsewhere);
    if (request.command.needsServer) return noServer(place);
    const settings = config();
    if (!request.command.startsData && !exists(folder.database)) {
      return noData(place);
    }
    try {
      return await runHere(folder, settings, request);
    } catch (error) {
      if (!(error instanceof FolderLocked)) throw error;
      if (Date.now() > until || request.signal?.aborted) {
        return failure(CODE.refused, `${error.message} Try again later.`);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function runHere(
  folder: DataFolder,
  config: Config,
  request: Request,
): Promise<CommandResult> {
  makeFolder(folder);
  using _lock = new FolderLock(folder.path, request.command.path.join(" "));
  const store = await openStore(folder.database, {
    durability: config.store.durability,
  });
  try {
    const host = new CommandHost({
      store,
      config,
      hasher: new PasswordHasher({ log2n: config.auth.scrypt_log2n }),
    });
    return await execute(
      request.command,
      host.context(HOST, request),
      request.input,
      request.secret,
      { checkOnly: request.checkOnly },
    );
  } finally {
    store.close();
  }
}

/** Returns why commands cannot run in the folder of a gateway, if it is one. */
function gatewayNotice(folder: DataFolder): string | undefined {
  const known = readGatewayFile(folder.gateway);
  if (known === undefined) return undefined;
  const { cluster, core } = known;
  const where = core === null
    ? "of a core"
    : `of a core (${core.folder} on ${core.host})`;
  return `${folder.path} belongs to a gateway of the cluster "${cluster}", ` +
    `which stores nothing. Run the command on the data folder ${where}.`;
}

/**
 * Returns why commands cannot run in the folder of a core that is not the
 * leader.
 */
function coreNotice({ folder, commandLine }: Place): string | undefined {
  const known = readCoreFile(folder.core);
  if (known === undefined) return undefined;
  const { cluster, name, leader } = known;
  const about = `${folder.path} belongs to a core of the cluster "${cluster}"`;
  if (leader !== "" && leader !== name) {
    return `${about} that stands by. Run the command on the data folder of ` +
      `the one that leads (${leader}).`;
  }
  return `${about}, and other cores would not learn what is changed here ` +
    `while it does not run. Start it with \`${commandLine("serve")}\`.`;
}

function noServer({ folder, commandLine }: Place): CommandResult {
  return failure(
    CODE.noServer,
    `No server is running on this data folder (${resolve(folder.path)}). ` +
      `Start it with \`${
        commandLine("serve")
      }\`, or name another folder with ` +
      "--data DIR.",
  );
}

function noData({ folder, commandLine }: Place): CommandResult {
  return failure(
    CODE.notFound,
    `There is no database in ${resolve(folder.path)}. ` +
      `\`${
        commandLine("serve")
      }\` creates one; or name the right folder with ` +
      "--data DIR.",
  );
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    // Any other error is reported by the attempt to open it.
    return !(error instanceof Deno.errors.NotFound);
  }
}

/**
 * Returns advice when the data folder belongs to another user, as that of a
 * service does; otherwise "".
 */
export function strangersFolder(folder: DataFolder): string {
  try {
    const { uid } = Deno.statSync(folder.path);
    if (uid === null || uid === Deno.uid()) return "";
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) return "";
  }
  return ` ${folder.path} is another user's: run this as the one who runs ` +
    "the server, for example with sudo -u.";
}

/**
 * Creates the folder for its owner only, because it holds messages and password
 * hashes.
 */
export function makeFolder(folder: DataFolder): void {
  Deno.mkdirSync(folder.path, { recursive: true, mode: 0o700 });
}

/** Creates a folder inside the data folder, for the same owner only. */
export function makeInside(path: string): void {
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  keepOwner(path);
}
