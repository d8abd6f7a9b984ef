/**
 * Checks the clock, the limits of the system, and the owner's account.
 *
 * @module
 */
import { openStore } from "../../../db/open.ts";
import { timeText } from "../../commands/table_text.ts";
import type { Config } from "../../config/config.ts";
import type { DataFolder } from "../../config/data_folder.ts";
import { bad, type Finding, noteIt, ok } from "./finding.ts";

/** The clock is wrong if it shows a time before the first release. */
const EARLIEST = Date.parse("2026-01-01");
const TOLERANCE_MS = 300_000;
/** Files that the server opens in addition to connections. */
const OTHER_FILES = 100;

/** Checks the clock and the accounts, which needs the database. */
export async function checkStore(folder: DataFolder): Promise<Finding[]> {
  const now = Date.now();
  if (now < EARLIEST) return [badClock(`The clock says ${timeText(now)}.`)];
  let store;
  try {
    store = await openStore(folder.database, { readOnly: true });
  } catch {
    // There is no database, or another check reports its problem.
    return [ok("clock", `The clock says ${timeText(now)}.`)];
  }
  try {
    const newest = store.audit.list({ limit: 1 })[0]?.at ?? 0;
    const owners = store.accounts.list({ role: "superadmin", limit: 1 });
    return [
      newest > now + TOLERANCE_MS
        ? badClock(
          `The clock says ${timeText(now)}, but something was done at ${
            timeText(newest)
          }.`,
        )
        : ok("clock", `The clock says ${timeText(now)}.`),
      owners.length === 0
        ? noteIt(
          "accounts",
          "No account has all rights in the chat and on the pages.",
          "Give an account all rights: `retropal user set NICK --role " +
            "superadmin`.",
        )
        : ok("accounts", `${owners[0]?.nickname} has all rights.`),
    ];
  } finally {
    store.close();
  }
}

function badClock(text: string): Finding {
  return bad(
    "clock",
    text,
    "Correct it (timedatectl set-ntp true): bans and messages depend on it.",
  );
}

/**
 * Checks the number of connections that the system allows one process. `most`
 * is the maximum number of open files.
 */
export function checkFileLimit(
  config: Config,
  most: number,
  system: string = Deno.build.os,
): Finding {
  if (system === "windows") {
    return ok(
      "limits",
      "Windows does not limit the number of open connections.",
    );
  }
  // Users in voice rooms have a second connection.
  const wanted = filesWanted(config);
  return most >= wanted
    ? ok(
      "limits",
      `${most === Infinity ? "Any number of" : most} open files are allowed.`,
    )
    : noteIt(
      "limits",
      `${most} open files are allowed: about ${
        Math.max(0, Math.floor((most - OTHER_FILES) / 2))
      } people at once, not limits.connections_total = ${config.limits.connections_total}.`,
      "Enough for most servers. For more: ulimit -n 65536, or `retropal " +
        "service`, whose unit includes it.",
    );
}

function filesWanted(config: Config): number {
  return config.limits.connections_total * 2 + OTHER_FILES;
}

/** Returns the maximum number of open files of a process. */
export function readFileLimit(config: Config): number {
  if (Deno.build.os === "windows") return Infinity;
  const text = readLimits();
  const [, most] = /^Max open files\s+(\d+|unlimited)/m.exec(text ?? "") ?? [];
  if (most !== undefined) return most === "unlimited" ? Infinity : Number(most);
  return tryFiles(filesWanted(config));
}

function readLimits(): string | null {
  try {
    return Deno.readTextFileSync("/proc/self/limits");
  } catch {
    return null;
  }
}

/**
 * Opens as many files as needed to learn the limit, because the compiled
 * program has no permission to read /proc, and other systems do not have it.
 */
function tryFiles(wanted: number): number {
  const open: Deno.FsFile[] = [];
  try {
    while (open.length < wanted) open.push(Deno.openSync(Deno.execPath()));
    return open.length;
  } catch {
    return open.length;
  } finally {
    for (const file of open) file.close();
  }
}
