/**
 * Accounts as CSV or JSON: reads a host's file, and writes an export.
 *
 * @module
 */
import { Readable } from "node:stream";
import { parse } from "csv-parse";
import { stringify } from "csv-stringify/sync";
import type { Account } from "../domain/store.ts";
import { nextTurn } from "../net/turn.ts";
import { CODE, CommandError } from "./command.ts";

/** Column names, as in the header of the file. */
export const COLUMNS = [
  "nickname",
  "password",
  "email",
  "role",
  "first",
  "last",
  "listed",
  "color",
  "paid",
  "privacy",
] as const;
/** A hash instead of a password, for moving accounts between servers. */
export const HASH_COLUMN = "password_hash";

/** One line of a file: its number, and its values as text. */
export interface Row {
  readonly line: number;
  readonly values: Readonly<Record<string, string>>;
  /** Why the line could not be parsed. */
  readonly fault?: string;
}

/** Parses a file. Throws a usage error when it is neither CSV nor JSON. */
export async function readRows(name: string, text: string): Promise<Row[]> {
  const json = name.toLowerCase().endsWith(".json") || /^\s*[[{]/.test(text);
  return json ? readJson(text) : await readCsv(text);
}

/** Characters parsed per event-loop turn. */
const SLICE = 65_536;

async function* slices(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += SLICE) {
    yield text.slice(at, at + SLICE);
    await nextTurn();
  }
}

function wrong(message: string): CommandError {
  return new CommandError(CODE.usage, message);
}

function requireColumns(names: readonly string[]): void {
  const known: readonly string[] = [...COLUMNS, HASH_COLUMN];
  const odd = names.find((name) => !known.includes(name));
  if (odd !== undefined) {
    throw wrong(
      `The file has a column "${odd}"; known are ${known.join(", ")}.`,
    );
  }
  if (!names.includes("nickname")) {
    throw wrong(
      "The first line of the file names the columns, for example: " +
        "nickname,password,email",
    );
  }
}

async function readCsv(whole: string): Promise<Row[]> {
  // Excel writes "sep=;" before the header to declare the separator.
  const [mark, separator] = /^\ufeff?"?sep=(.)"?\r?\n/i.exec(whole) ?? [];
  const text = whole.slice(mark?.length ?? 0);
  const header = text.slice(0, text.search(/[\r\n]|$/));
  const delimiter = separator ??
    [";", "\t"].find((sign) =>
      header.includes(sign) && !header.includes(",")
    ) ?? ",";
  try {
    const parser = parse({
      columns: (names: string[]) => {
        const plain = names.map((name) => name.trim().toLowerCase());
        requireColumns(plain);
        return plain;
      },
      bom: true,
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    });
    const rows: Row[] = [];
    const source = Readable.from(slices(text));
    for await (const { record, info } of source.pipe(parser)) {
      rows.push({
        line: info.lines + (mark === undefined ? 0 : 1),
        values: withoutGuards(record),
        ...(info.error !== undefined && {
          fault: "This line has more or fewer columns than the first.",
        }),
      });
    }
    return rows;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw wrong(
      `The file is not valid CSV: ${
        error instanceof Error ? error.message : error
      }.`,
    );
  }
}

function readJson(text: string): Row[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrong(`The file is not valid JSON: ${(error as Error).message}.`);
  }
  if (!Array.isArray(value)) {
    throw wrong(
      'A JSON file is a list: [{"nickname": "Ann", "password": "secret11"}]',
    );
  }
  return value.map((one: unknown, i): Row => {
    if (typeof one !== "object" || one === null || Array.isArray(one)) {
      return { line: i + 1, values: {}, fault: "This is not an object." };
    }
    const values = Object.fromEntries(
      Object.entries(one).map(([key, item]) => [
        key === "passwordHash" ? HASH_COLUMN : key.toLowerCase(),
        item === true ? "yes" : item === false ? "no" : String(item ?? ""),
      ]),
    );
    requireColumns(Object.keys(values));
    return { line: i + 1, values };
  });
}

/** Writes the accounts in the form that {@linkcode readRows} reads. */
export function writeRows(
  name: string,
  accounts: readonly Account[],
  withHashes: boolean,
): string {
  const columns = [
    ...COLUMNS.filter((column) => column !== "password"),
    ...(withHashes ? [HASH_COLUMN] : []),
  ];
  const rows = rowsOf(accounts, withHashes);
  return name.toLowerCase().endsWith(".json")
    ? JSON.stringify(rows, null, 2) + "\n"
    : stringify(rows.map(guarded), { header: true, columns });
}

/** Text that a spreadsheet would evaluate as a formula. */
const FORMULA = /^'*[=+\-@\t\r]/;
const GUARDED = /^'+[=+\-@\t\r]/;

/**
 * Puts an apostrophe before formulas, so that a spreadsheet treats them as
 * text.
 */
function guarded(row: Readonly<Record<string, string>>) {
  return mapValues(row, (value) => FORMULA.test(value) ? `'${value}` : value);
}

/** Reverses {@linkcode guarded}, which never changes passwords. */
function withoutGuards(record: Readonly<Record<string, string>>) {
  return mapValues(
    record,
    (value, column) =>
      column !== "password" && GUARDED.test(value) ? value.slice(1) : value,
  );
}

function mapValues(
  record: Readonly<Record<string, string>>,
  change: (value: string, key: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, change(value, key)]),
  );
}

/** Returns the exported values of each account. */
export function rowsOf(accounts: readonly Account[], withHashes: boolean) {
  return accounts.map((account) => ({
    nickname: account.nickname,
    email: account.email,
    role: account.role,
    first: account.first,
    last: account.last,
    listed: account.listed ? "yes" : "no",
    color: account.color,
    paid: account.paid === "" ? "none" : account.paid === "Y" ? "plus" : "top",
    privacy: account.privacy,
    ...(withHashes && { [HASH_COLUMN]: account.passwordHash }),
  }));
}
