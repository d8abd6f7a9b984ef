/**
 * `retropal backup` and `retropal restore`.
 *
 * @module
 */
import { basename, dirname, join, resolve } from "node:path";
import { backupName, backupTo, verifyBackup } from "../../db/backup.ts";
import { FolderLock } from "../../db/lock.ts";
import { openStore } from "../../db/open.ts";
import { restoreFrom } from "../../db/restore.ts";
import {
  CODE,
  type CommandResult,
  done,
  failure,
  HOST,
} from "../commands/command.ts";
import {
  argument,
  flag,
  numberOption,
  optionalArgument,
} from "../commands/field.ts";
import { sizeText } from "../commands/table_text.ts";
import { readCoreFile } from "../cluster/core_file.ts";
import { connectControl } from "../control/client.ts";
import { makeFolder, makeInside } from "./access.ts";
import { type Local, localCommand } from "./local.ts";

const BAR = 30;

export const backup = localCommand({
  path: ["backup"],
  summary: "Back up the database, also while the server is running",
  details:
    "The backup is consistent and verified, and appears only when it is " +
    "complete. Without FILE, or if FILE is a folder, its name contains the " +
    "time. --keep removes the oldest backups that this server has made and " +
    "whose names differ from this one only in digits.",
  examples: [
    "retropal backup /backups/retropal-2026-07-31.db",
    "retropal backup /backups --keep 7",
    "retropal backup /backups/home-2026-07-31.db --keep 7",
  ],
  fields: {
    file: optionalArgument(
      "FILE",
      "The new file, or a folder; default: the folder backups in the data " +
        "folder.",
      { completes: "file" },
    ),
    keep: numberOption(
      "N",
      "Keep the newest N backups; default in the data folder's own folder: " +
        "store.backup_keep.",
      { min: 1, max: 10_000 },
    ),
    check: flag("Only check that FILE is an intact backup."),
  },
  async run(local, input) {
    const { folder, terminal } = local;
    if (input.check) return check(input.file);
    if (!isFile(folder.database)) {
      return failure(
        CODE.notFound,
        `${folder.path} has no database: nothing to copy.`,
      );
    }
    const { target, own } = chooseTarget(local, input.file);
    const noted = await local.run(["audit", "note"], {
      action: "backup",
      target,
    });
    if (noted.code !== CODE.done) return noted;
    const facts = await backupTo(
      folder.database,
      target,
      (copied, total) => terminal.progress(bar(copied, total)),
    );
    const keep = input.keep ??
      (own ? local.loadConfig().config.store.backup_keep : undefined);
    const removed = keep === undefined
      ? []
      : removeOld(target, keep, await ownCopies(local));
    return done(
      { file: target, ...facts, removed },
      `${target}: ${sizeText(facts.bytes)}, ${facts.accounts} accounts, ` +
        `${facts.rooms} rooms, schema ${facts.schema}.`,
      ...removed.map((name) => `Removed the old backup ${name}.`),
    );
  },
});

/**
 * Returns the backups recorded in this server's audit log. Nothing else is ever
 * removed, whatever its name.
 */
async function ownCopies(local: Local): Promise<ReadonlySet<string>> {
  const noted = await local.run(["audit"], {
    action: "backup",
    limit: 100_000,
  });
  return new Set(
    noted.code === CODE.done
      ? (noted.json as { target: string }[]).map(({ target }) => target)
      : [],
  );
}

/**
 * Keeps the newest `keep` of our `own` files whose names differ from `target`
 * only in their digits, such as "retropal-2026-07-31.db", and removes the
 * others. Returns the names of the removed files.
 */
function removeOld(
  target: string,
  keep: number,
  own: ReadonlySet<string>,
): string[] {
  const folder = dirname(target);
  const shape = (name: string) => name.replace(/\d+/g, "0");
  const alike = [...Deno.readDirSync(folder)]
    .filter(({ name, isFile }) =>
      isFile && shape(name) === shape(basename(target)) &&
      own.has(join(folder, name))
    )
    .map(({ name }) => ({
      name,
      at: Deno.statSync(join(folder, name)).mtime?.getTime() ?? 0,
    }))
    .sort((a, b) => b.at - a.at || (a.name < b.name ? 1 : -1));
  const old = alike.slice(keep).map(({ name }) => name);
  for (const name of old) Deno.removeSync(join(folder, name));
  return old;
}

function check(file: string | undefined): CommandResult {
  if (file === undefined) {
    return failure(CODE.usage, "Name the FILE to check.");
  }
  if (!isFile(file)) return noFile(file);
  const facts = verifyBackup(file);
  return done(
    { file, ...facts },
    `${file} is intact: ${facts.accounts} accounts, ${facts.rooms} rooms, ` +
      `schema ${facts.schema}.`,
  );
}

function noFile(path: string): CommandResult {
  return isFolder(path)
    ? failure(CODE.refused, `${path} is a folder; name a backup in it.`)
    : failure(CODE.notFound, `${path} does not exist.`);
}

function chooseTarget(
  { folder }: Local,
  file: string | undefined,
): { target: string; own: boolean } {
  const own = file === undefined;
  const where = file ?? folder.backups;
  if (own) makeInside(where);
  const target = isFolder(where)
    ? join(where, backupName(folder.database, Date.now()))
    : where;
  // One canonical path per file, whichever path its folder was reached by.
  const place = Deno.realPathSync(dirname(resolve(target)));
  return { target: join(place, basename(target)), own };
}

function bar(copied: number, total: number): string {
  const part = total === 0 ? 1 : copied / total;
  const filled = Math.round(part * BAR);
  return `[${"#".repeat(filled)}${".".repeat(BAR - filled)}] ${
    Math.round(part * 100)
  } %`;
}

export const restore = localCommand({
  path: ["restore"],
  summary: "Replace the database with a backup",
  details:
    "The server must not be running. The backup is verified first, and the " +
    "previous database is kept beside it.",
  examples: ["retropal restore /backups/retropal-2026-07-31.db"],
  fields: {
    file: argument("FILE", "The backup.", { completes: "file" }),
  },
  async run({ folder }, input) {
    if (!isFile(input.file)) return noFile(input.file);
    const server = await connectControl(folder);
    if (server) {
      server.close();
      return failure(
        CODE.refused,
        "The server is running on this data: stop it first, then restore; or " +
          "choose the backup on the desk (/desk/backup).",
      );
    }
    const core = readCoreFile(folder.core);
    if (core !== undefined) {
      return failure(
        CODE.refused,
        `${folder.path} belongs to a core of the cluster "${core.cluster}", ` +
          "which would replace what is restored here. Restore into another " +
          "folder, and start a cluster of another cluster.name from it.",
      );
    }
    makeFolder(folder);
    using _lock = new FolderLock(folder.path, "restore");
    const now = Date.now();
    const restored = restoreFrom(input.file, folder.database, now);
    const store = await openStore(folder.database);
    try {
      store.audit.add({
        at: now,
        actor: HOST.name,
        actorUid: null,
        address: null,
        action: "restore",
        target: basename(input.file),
        before: restored.replaced ?? null,
        after: null,
      });
    } finally {
      store.close();
    }
    return done(
      restored,
      `${folder.database} is now ${input.file}: ${restored.accounts} ` +
        "accounts, " +
        `${restored.rooms} rooms.`,
      ...(restored.replaced === undefined
        ? []
        : [`What was there before is in ${restored.replaced}.`]),
    );
  },
});

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
