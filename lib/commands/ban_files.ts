/**
 * Exports and imports bans, to move them to another server.
 *
 * @module
 */
import { Refused, Unconfirmed } from "../actions/acting.ts";
import { addBan } from "../actions/bans.ts";
import type { BanKind } from "../domain/store.ts";
import {
  audit,
  CODE,
  command,
  CommandError,
  type Context,
  done,
} from "./command.ts";
import { argument, confirmFlag, fileArgument } from "./field.ts";
import { readTarget } from "./ban_target.ts";

/** A ban as files contain it; accounts are given by nickname. */
interface FileBan {
  readonly kind: BanKind;
  readonly target: string;
  readonly reason: string;
  /** ISO 8601; null: permanent. */
  readonly until: string | null;
}

const KINDS: readonly unknown[] = ["account", "address", "network"];
const LONGEST_REASON = 500;

export const banExport = command({
  path: ["ban", "export"],
  summary: "Write all bans in force to a JSON file",
  examples: ["retropal ban export bans.json"],
  fields: {
    file: argument("FILE", "The new file; - for standard output.", {
      completes: "file",
    }),
  },
  role: "admin",
  run(context, input) {
    const { store } = context;
    const bans = store.bans.list(context.now()).flatMap((ban): FileBan[] => {
      const target = ban.kind === "account"
        ? store.accounts.get(Number(ban.target))?.nickname
        : ban.target;
      return target === undefined ? [] : [{
        kind: ban.kind,
        target,
        reason: ban.reason,
        until: ban.until === null ? null : new Date(ban.until).toISOString(),
      }];
    });
    audit(context, { action: "ban export", target: `${bans.length} bans` });
    return {
      ...done(
        input.file === "-" ? bans : { file: input.file, bans: bans.length },
        `${bans.length} bans are in ${input.file}.`,
      ),
      file: { path: input.file, text: JSON.stringify(bans, null, 2) + "\n" },
    };
  },
});

function readFile(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
  } catch {
    // Reported below.
  }
  throw new CommandError(
    CODE.usage,
    'The file is a JSON list: [{"kind": "address", "target": "203.0.113.9", ' +
      '"reason": "", "until": null}]',
  );
}

function readBan(
  value: unknown,
  now: number,
): FileBan & { forMs: number | null } {
  const { kind, target, reason = "", until = null } = Object(value);
  const end = until === null ? null : Date.parse(String(until));
  if (!KINDS.includes(kind) || typeof target !== "string" || target === "") {
    throw new Refused("kind is account, address or network; target is a text.");
  }
  if (typeof reason !== "string" || reason.length > LONGEST_REASON) {
    throw new Refused(`reason has at most ${LONGEST_REASON} characters.`);
  }
  if (end !== null && !(end > now)) {
    throw new Refused("until is not in the future.");
  }
  const forMs = end === null ? null : end - now;
  return { kind, target, reason, until, forMs };
}

export const banImport = command({
  path: ["ban", "import"],
  summary: "Add the bans of a JSON file",
  details:
    "The bans count as made by you, now. Bans that `ban add` would refuse " +
    "are reported, and those that it would ask to confirm need --yes; the " +
    "exit code is 1 if a ban was left out.",
  examples: ["retropal ban import bans.json"],
  fields: {
    file: fileArgument("FILE", "A file from `retropal ban export`."),
    yes: confirmFlag(),
  },
  startsData: true,
  role: "admin",
  run(context, input) {
    const rows = readFile(input.file.text);
    const faults: string[] = [];
    let added = 0;
    for (const [i, row] of rows.entries()) {
      const why = addRow(context, row, input.yes);
      if (why === null) added++;
      else faults.push(`entry ${i + 1}: ${why}`);
    }
    return {
      code: faults.length > 0 ? CODE.refused : CODE.done,
      lines: [
        ...faults,
        `${added} of ${rows.length} bans added, ${faults.length} left out.`,
      ],
      json: { added, refused: faults },
    };
  },
});

/** Adds a ban. Returns why not, or null. */
function addRow(
  context: Context,
  row: unknown,
  confirmed: boolean | undefined,
): string | null {
  try {
    const ban = readBan(row, context.now());
    const target = readTarget(context, ban.target, ban.kind);
    addBan(context, { ...ban, target, confirmed });
    return null;
  } catch (error) {
    if (error instanceof Unconfirmed) return `${error.message} (needs --yes)`;
    if (error instanceof Refused || error instanceof CommandError) {
      return error.message;
    }
    throw error;
  }
}
