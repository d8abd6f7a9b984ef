/**
 * Checks the data folder, its disk, and the database.
 *
 * @module
 */
import { statfsSync } from "node:fs";
import { join } from "node:path";
import { verifyBackup } from "../../../db/backup.ts";
import { newestSchema } from "../../../db/migrate.ts";
import { newestBackup } from "../../../db/check.ts";
import { sizeText } from "../../commands/table_text.ts";
import type { DataFolder } from "../../config/data_folder.ts";
import { StoreError } from "../../domain/store.ts";
import { bad, type Finding, noteIt, ok } from "./finding.ts";

const LITTLE_DISK = 200_000_000;
const OLD_BACKUP_DAYS = 30;
const DAY_MS = 86_400_000;

export function checkFolder(folder: DataFolder): Finding[] {
  let stat: Deno.FileInfo;
  try {
    stat = Deno.statSync(folder.path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return [
      noteIt(
        "folder",
        `${folder.path} does not exist.`,
        "The first `retropal serve` creates it; or choose another one with " +
          "--data.",
      ),
    ];
  }
  if (!stat.isDirectory) {
    return [
      bad(
        "folder",
        `${folder.path} is not a folder.`,
        "Choose the data folder with --data DIR.",
      ),
    ];
  }
  const findings = [...checkPrivacy(folder, stat), ...checkWritable(folder)];
  if (findings.length === 0) {
    findings.push(ok("folder", `${folder.path} exists and is private.`));
  }
  return [...findings, checkDisk(folder)];
}

function checkPrivacy(folder: DataFolder, { mode }: Deno.FileInfo): Finding[] {
  if (Deno.build.os === "windows") {
    const finding = windowsFolder(folder.path, Deno.env.get("USERPROFILE"));
    return finding === null ? [] : [finding];
  }
  if (mode === null || (mode & 0o077) === 0) return [];
  // Modes such as those of `mkdir` are harmless, because the files that
  // retropal writes are private anyway.
  const harmless = (mode & 0o022) === 0 &&
    [folder.database, folder.config].every(isPrivate);
  return [
    (harmless ? noteIt : bad)(
      "folder",
      `${folder.path} can be opened by other users of this machine.`,
      `It holds password hashes and messages: chmod 700 ${folder.path}`,
    ),
  ];
}

function checkWritable(folder: DataFolder): Finding[] {
  try {
    const probe = join(folder.path, `.doctor-${Deno.pid}`);
    Deno.writeTextFileSync(probe, "");
    Deno.removeSync(probe);
    return [];
  } catch (error) {
    return [
      bad(
        "folder",
        `${folder.path} cannot be written: ${(error as Error).message}.`,
        Deno.build.os === "windows"
          ? `Give it to the user who runs the server: icacls "${folder.path}" ` +
            '/grant "USER:(OI)(CI)M"'
          : "Give it to the user who runs the server: chown -R USER " +
            folder.path,
      ),
    ];
  }
}

/**
 * On Windows a folder has no mode, and this program has no permission to read
 * its access list: only a folder in the user's profile is private by default.
 */
export function windowsFolder(
  path: string,
  profile: string | undefined,
): Finding | null {
  const inProfile = profile !== undefined &&
    path.toLowerCase().startsWith(`${profile.toLowerCase()}\\`);
  if (inProfile) return null;
  return noteIt(
    "folder",
    `${path} is outside your profile: other users of this machine may be ` +
      "able to open it.",
    "It holds password hashes and messages. In a command prompt: " +
      `icacls "${path}" /inheritance:r /grant:r "%USERNAME%:(OI)(CI)F"`,
  );
}

function checkDisk(folder: DataFolder): Finding {
  const { bavail, bsize } = statfsSync(folder.path);
  const free = Number(bavail) * Number(bsize);
  return free < LITTLE_DISK
    ? bad(
      "disk",
      `Only ${sizeText(free)} are free on the disk of ${folder.path}.`,
      "Free some space, or move the data folder to another disk with " +
        "`retropal backup`.",
    )
    : ok("disk", `${sizeText(free)} are free.`);
}

export function checkDatabase(folder: DataFolder): Finding[] {
  if (!exists(folder.database)) {
    return [
      noteIt(
        "database",
        "There is no database yet.",
        "The first `retropal serve` creates it.",
      ),
    ];
  }
  const newest = newestBackup(folder.database);
  const remedy = newest === undefined
    ? "Restore a backup: `retropal restore FILE`."
    : `Restore the newest backup: \`retropal restore ${newest}\`.`;
  try {
    const facts = verifyBackup(folder.database);
    const known = newestSchema();
    if (facts.schema > known) {
      return [
        bad(
          "database",
          `The database is of a newer retropal (schema ${facts.schema}, this ` +
            `one knows ${known}).`,
          `Use that newer retropal. ${remedy}`,
        ),
      ];
    }
    const about = `${facts.accounts} accounts, ${facts.rooms} rooms, ${
      sizeText(facts.bytes + sizeOf(`${folder.database}-wal`))
    }`;
    return [
      facts.schema < known
        ? noteIt(
          "database",
          `The database has the older schema ${facts.schema} (${about}).`,
          "The next `retropal serve` backs it up and upgrades it.",
        )
        : ok("database", `The database is intact: ${about}.`),
      checkBackups(folder),
    ];
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return [bad("database", error.message, remedy)];
  }
}

function checkBackups(folder: DataFolder): Finding {
  const times: number[] = [];
  for (const place of [folder.backups, folder.path]) {
    try {
      for (const { name } of Deno.readDirSync(place)) {
        if (!/^retropal\.db\.(backup|nightly)-[\dT]+$/.test(name)) continue;
        const at = Deno.statSync(join(place, name)).mtime?.getTime();
        if (at !== undefined) times.push(at);
      }
    } catch {
      // The folder does not exist, so it contains no backups.
    }
  }
  const days = (Date.now() - Math.max(...times)) / DAY_MS;
  return times.length > 0 && days < OLD_BACKUP_DAYS
    ? ok("backup", `The newest backup is ${Math.floor(days)} days old.`)
    : noteIt(
      "backup",
      "The data folder has no backup from the last month.",
      "Make one regularly, preferably on another disk: `retropal backup FILE`.",
    );
}

/**
 * Returns the size of a file. The write-ahead log counts as part of the
 * database.
 */
function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function isPrivate(file: string): boolean {
  try {
    return ((Deno.statSync(file).mode ?? 0) & 0o077) === 0;
  } catch {
    // It does not exist yet.
    return true;
  }
}
