/**
 * Imports and exports accounts.
 *
 * @module
 */
import { passwordFault } from "../domain/accounts.ts";
import { composed } from "../actions/names.ts";
import { foldName } from "../domain/names.ts";
import type { Account, NewAccount } from "../domain/store.ts";
import { encodeText } from "../protocol/windows1252.ts";
import {
  readColor,
  requireNickname,
  requireTexts,
  ROLES,
} from "./account_text.ts";
import {
  audit,
  CODE,
  command,
  CommandError,
  type Context,
  done,
  refused,
} from "./command.ts";
import { argument, choiceOption, fileArgument, flag } from "./field.ts";
import { inSlices, PROGRESS_MS } from "./slices.ts";
import {
  HASH_COLUMN,
  readRows,
  type Row,
  rowsOf,
  writeRows,
} from "./user_table.ts";

/** Maximum accounts exported; more than the number of uids. */
const ALL = 50_000_000;
/**
 * As many as the hasher computes in parallel, so that sign-ons are not delayed.
 */
const AT_ONCE = 2;
const PAID = { none: "", plus: "Y", top: "6" } as const;

interface Refusal {
  readonly line: number;
  readonly nickname: string;
  readonly why: string;
}

type Candidate = Omit<NewAccount, "passwordHash" | "createdAt"> & {
  readonly password?: string;
  readonly passwordHash?: string;
};

export const userImport = command({
  path: ["user", "import"],
  summary: "Create accounts from a CSV or JSON file",
  details:
    "The first line of a CSV file names the columns: nickname and password, " +
    "and optionally email, role, first, last, listed, color, paid, privacy; " +
    "or password_hash from an export instead of password. Lines that are " +
    "refused are reported, all others are imported together at the end; the " +
    "exit code is 1 when a line was refused.",
  examples: [
    "retropal user import friends.csv --dry-run",
    "retropal user import friends.json --json",
  ],
  fields: {
    file: fileArgument("FILE", "The file, .csv or .json."),
    dryRun: flag("Only print what would happen."),
  },
  startsData: true,
  role: "superadmin",
  async run(context, input) {
    const rows = await readRows(input.file.name, input.file.text);
    const { candidates, refusals } = await checkAll(context, rows);
    const imported = input.dryRun ? [] : await create(context, candidates);
    const count = input.dryRun ? candidates.length : imported.length;
    return {
      code: refusals.length > 0 ? CODE.refused : CODE.done,
      lines: [
        ...refusals.map(({ line, nickname, why }) =>
          `line ${line}${nickname ? ` (${nickname})` : ""}: ${why}`
        ),
        `${count} of ${rows.length} ${
          input.dryRun ? "would be imported" : "imported"
        }, ${refusals.length} refused.`,
      ],
      json: {
        dryRun: input.dryRun ?? false,
        imported: input.dryRun
          ? candidates.map(({ nickname }) => ({ nickname }))
          : imported,
        refused: refusals,
      },
    };
  },
});

/** Checks all rows in slices, because users are chatting meanwhile. */
async function checkAll(context: Context, rows: readonly Row[]) {
  const candidates: Candidate[] = [];
  const refusals: Refusal[] = [];
  const seen = new Set<string>();
  await inSlices(context, "checked", rows, (row) => {
    try {
      const candidate = check(context, row);
      const key = foldName(candidate.nickname).replaceAll(" ", "");
      if (seen.has(key)) {
        throw refused(
          "The file already contains this nickname, or one that differs only " +
            "in spaces.",
        );
      }
      seen.add(key);
      candidates.push(candidate);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      refusals.push({
        line: row.line,
        nickname: row.values.nickname ?? "",
        why: error.message,
      });
    }
  });
  return { candidates, refusals };
}

/** Checks one row. Throws a refusal. */
function check(context: Context, { values, fault }: Row): Candidate {
  if (fault !== undefined) throw refused(fault);
  const nickname = composed(values.nickname ?? "");
  const role = oneOf("role", ROLES, values.role) ?? "user";
  requireNickname(context, nickname, role);
  requireTexts({
    ...(values.email && { email: values.email }),
    ...(values.first && { first: values.first }),
    ...(values.last && { last: values.last }),
  });
  const color = readColor(values.color || undefined);
  const paid = oneOf("paid", ["none", "plus", "top"], values.paid);
  const privacy = oneOf("privacy", ["A", "T", "P"], values.privacy);
  const listed = oneOf("listed", ["yes", "no"], values.listed);
  return {
    nickname,
    role,
    ...secretOf(values),
    ...(values.email && { email: values.email }),
    ...(values.first && { first: values.first }),
    ...(values.last && { last: values.last }),
    ...(color !== undefined && { color }),
    ...(paid !== undefined && { paid: PAID[paid] }),
    ...(privacy !== undefined && { privacy }),
    ...(listed !== undefined && { listed: listed === "yes" }),
  };
}

function secretOf(
  values: Readonly<Record<string, string>>,
): { password: string } | { passwordHash: string } {
  const hash = values[HASH_COLUMN];
  if (hash) {
    if (!/^\$scrypt\$ln=\d+,r=\d+,p=\d+\$[^$]+\$[^$]+$/.test(hash)) {
      throw refused("This password_hash does not come from retropal.");
    }
    return { passwordHash: hash };
  }
  const { password } = values;
  if (password === undefined) {
    throw refused(
      "There is no password here; `user export --with-hashes` writes them.",
    );
  }
  const fault = passwordFault(password);
  if (fault !== null) throw refused(fault);
  return { password };
}

function oneOf<T extends string>(
  column: string,
  choices: readonly T[],
  value: string | undefined,
): T | undefined {
  if (value === undefined || value === "") return undefined;
  const found = choices.find((one) =>
    one.toLowerCase() === value.toLowerCase()
  );
  if (found === undefined) {
    throw refused(`${column} is ${choices.join(" or ")}, not "${value}".`);
  }
  return found;
}

/** Hashes a few passwords at a time, then creates all accounts or none. */
async function create(context: Context, candidates: readonly Candidate[]) {
  const { hasher, signal, emit } = context;
  const hashes: string[] = [];
  let said = performance.now();
  let next = 0;
  let failed = false;
  const work = async () => {
    while (next < candidates.length) {
      if (signal.aborted || failed) {
        throw refused("Stopped: nothing was imported.");
      }
      const at = next++;
      const { password, passwordHash } = candidates[at] ?? {};
      hashes[at] = passwordHash ??
        await hasher.hash(encodeText(password ?? ""));
      if (performance.now() - said < PROGRESS_MS) continue;
      said = performance.now();
      emit([`${next} of ${candidates.length} passwords hashed …`], undefined);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } catch (error) {
    failed = true;
    throw error;
  }
  return await write(
    context,
    candidates.map(({ password: _, ...rest }, at) => ({
      ...rest,
      passwordHash: hashes[at] ?? "",
      createdAt: context.now(),
    })),
  );
}

/** Creates accounts in slices; when one fails, removes those created so far. */
async function write(context: Context, accounts: readonly NewAccount[]) {
  const { store } = context;
  const made: Account[] = [];
  try {
    await inSlices(
      context,
      "imported",
      accounts,
      (account) => {
        // Somebody may have taken it while the passwords were hashed.
        if (store.accounts.bySpacedNickname(account.nickname).length > 0) {
          throw refused(
            `"${account.nickname}" was taken meanwhile: nothing was imported.`,
          );
        }
        made.push(store.accounts.create(account));
      },
      (work) => store.transaction(work),
    );
  } catch (error) {
    // A failed slice was rolled back, so its accounts do not exist.
    await inSlices(
      context,
      "taken back",
      made.filter(({ uid }) => store.accounts.get(uid) !== undefined),
      ({ uid }) => store.accounts.remove(uid, "keep"),
    );
    throw error;
  }
  await inSlices(
    context,
    "in the audit log",
    made,
    ({ uid, nickname, role }) =>
      audit(context, {
        action: "user import",
        target: nickname,
        after: { uid, role },
      }),
  );
  return made.map(({ uid, nickname }) => ({ uid, nickname }));
}

export const userExport = command({
  path: ["user", "export"],
  summary: "Write all accounts to a CSV or JSON file",
  examples: [
    "retropal user export friends.csv",
    "retropal user export move.json --with-hashes",
  ],
  fields: {
    file: argument(
      "FILE",
      "The new file, .csv or .json; - for standard output.",
      {
        completes: "file",
      },
    ),
    role: choiceOption(ROLES, "List only accounts with this role."),
    withHashes: flag(
      "Include password hashes, so that another retropal can import them.",
    ),
  },
  role: "superadmin",
  run(context, input) {
    const accounts = context.store.accounts.list({
      sort: "uid",
      limit: ALL,
      ...(input.role && { role: input.role }),
    });
    const withHashes = input.withHashes ?? false;
    const text = writeRows(input.file, accounts, withHashes);
    audit(context, {
      action: "user export",
      target: `${accounts.length} accounts`,
    });
    return {
      ...done(
        input.file === "-"
          ? rowsOf(accounts, withHashes)
          : { file: input.file, accounts: accounts.length },
        `${accounts.length} accounts are in ${input.file}.`,
      ),
      file: { path: input.file, text },
    };
  },
});
