/**
 * Parses the words of a command line with the runtime's `parseArgs` and our
 * table of commands.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { optionName } from "../commands/read_input.ts";
import { didYouMean } from "../config/nearest.ts";
import type { Described } from "./local.ts";

export interface Options {
  readonly data?: string;
  readonly json: boolean;
  readonly passwordStdin: boolean;
}

export type Parsed =
  /** A request for help on `path`, which may be incomplete. */
  | { readonly kind: "help"; readonly path: readonly string[] }
  | {
    readonly kind: "run";
    readonly command: Described;
    readonly raw: Readonly<Record<string, unknown>>;
    readonly options: Options;
  }
  /** An error; the sentence says what to type instead. */
  | {
    readonly kind: "error";
    readonly message: string;
    readonly path: readonly string[];
    readonly json: boolean;
  };

const GLOBAL = {
  data: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

export function parse(
  args: readonly string[],
  commands: readonly Described[],
): Parsed {
  const { front, words } = globalsToTheEnd(args);
  if (words.length === 0 && front.length === 0) {
    return { kind: "error", message: START, path: [], json: false };
  }
  // Common ways to ask an unfamiliar program for its version or help.
  if (words[0] === "--version" || words[0] === "-V") words[0] = "version";
  if (words[0] === "help") return { kind: "help", path: words.slice(1) };

  const path = longestPath(words, commands);
  const json = args.includes("--json");
  const rest = [...words.slice(path.length), ...front];
  const command = commands.find((one) => same(one.path, path));
  if (!command) {
    if (rest.some((word) => word === "--help" || word === "-h")) {
      return { kind: "help", path };
    }
    return {
      kind: "error",
      message: unknown(words, path, commands),
      path,
      json,
    };
  }
  try {
    return read(command, rest);
  } catch (error) {
    if (!(error instanceof WrongWord)) throw error;
    return { kind: "error", message: error.message, path, json };
  }
}

const START =
  "No command given. Try `retropal serve`, or `retropal --help` for a list.";

class WrongWord extends Error {}

/**
 * Moves global options to the end: `retropal --data X status` means `retropal
 * status --data X`.
 */
function globalsToTheEnd(args: readonly string[]) {
  let at = 0;
  while (at < args.length) {
    const word = args[at] ?? "";
    if (word === "--data") at += 2;
    else if (/^(--json|--help|-h|--data=.*)$/.test(word)) at += 1;
    else break;
  }
  return { front: args.slice(0, at), words: args.slice(at) };
}

function longestPath(
  words: readonly string[],
  commands: readonly Described[],
): string[] {
  const path: string[] = [];
  for (const word of words) {
    const next = [...path, word];
    if (!commands.some((one) => same(one.path.slice(0, next.length), next))) {
      break;
    }
    path.push(word);
  }
  return path;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i]);
}

function unknown(
  words: readonly string[],
  path: readonly string[],
  commands: readonly Described[],
): string {
  const word = words[path.length];
  const where = ["retropal", ...path].join(" ");
  const next = nextWords(path, commands);
  if (word === undefined || word.startsWith("-")) {
    return `Command missing: \`${where} ${
      next.join("|")
    }\`. \`${where} --help\` explains.`;
  }
  return `There is no \`${where} ${word}\`.${didYouMean(word, next)} ` +
    `\`${where} --help\` lists the commands.`;
}

/** Returns the words that can follow `path`. */
export function nextWords(
  path: readonly string[],
  commands: readonly Described[],
): string[] {
  const words = commands
    .filter((one) =>
      !one.hidden && one.path.length > path.length &&
      same(one.path.slice(0, path.length), path)
    )
    .map((one) => one.path[path.length] ?? "");
  return [...new Set(words)];
}

type OptionTypes = Record<
  string,
  { type: "string" | "boolean"; short?: string }
>;

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** Returns the options of a command, and the fields that they are for. */
function optionsOf(
  command: Described,
): { readonly options: OptionTypes; readonly keys: Map<string, string> } {
  const keys = new Map<string, string>();
  const options: OptionTypes = { ...GLOBAL };
  for (const [key, field] of Object.entries(command.fields)) {
    if (field.place !== "option") continue;
    const name = optionName(key).slice(2);
    keys.set(name, key);
    options[name] = { type: field.kind === "flag" ? "boolean" : "string" };
  }
  if (command.secret) options["password-stdin"] = { type: "boolean" };
  return { options, keys };
}

/** Throws {@linkcode WrongWord} for an option that is unknown or misused. */
function checkOption(
  { name, rawName, value, inlineValue }: OptionToken,
  options: OptionTypes,
  line: string,
): void {
  const option = options[name];
  if (!option) {
    throw new WrongWord(
      `\`${line}\` has no ${rawName}.${
        didYouMean(rawName, Object.keys(options).map((name) => `--${name}`))
      } \`${line} --help\` lists what it takes.`,
    );
  }
  if (option.type === "boolean" && value !== undefined) {
    throw new WrongWord(`${rawName} takes no value.`);
  }
  const missing = value === undefined ||
    (!inlineValue && value.startsWith("--"));
  if (option.type === "string" && missing) {
    throw new WrongWord(`${rawName} needs a value.`);
  }
}

function read(command: Described, words: readonly string[]): Parsed {
  const { options, keys } = optionsOf(command);
  const { tokens } = parseArgs({
    args: [...words],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const line = ["retropal", ...command.path].join(" ");
  const raw: Record<string, unknown> = {};
  const given = new Map<string, string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      positionals.push(token.value);
      continue;
    }
    if (token.kind === "option-terminator") continue;
    checkOption(token, options, line);
    if (token.name === "help") return { kind: "help", path: command.path };
    const key = keys.get(token.name);
    if (key === undefined) given.set(token.name, token.value ?? "true");
    else if (
      typeof raw[key] === "string" && command.fields[key]?.joins !== undefined
    ) {
      raw[key] = `${raw[key]}${command.fields[key].joins}${token.value}`;
    } else raw[key] = token.value ?? true;
  }
  assign(command, positionals, raw, line);
  const data = given.get("data");
  // `--data "$UNSET"` must not create the database in the current folder.
  if (data === "") throw new WrongWord("--data needs the name of a folder.");
  return {
    kind: "run",
    command,
    raw,
    options: {
      ...(data !== undefined && { data }),
      json: given.has("json"),
      passwordStdin: given.has("password-stdin"),
    },
  };
}

/** Assigns positional words to the arguments in order. */
function assign(
  command: Described,
  words: readonly string[],
  raw: Record<string, unknown>,
  line: string,
): void {
  let at = 0;
  for (const [key, field] of Object.entries(command.fields)) {
    if (field.place !== "argument" || at >= words.length) continue;
    if (field.rest) {
      raw[key] = words.slice(at).join(" ");
      at = words.length;
    } else raw[key] = words[at++];
  }
  if (at < words.length) {
    throw new WrongWord(
      `"${
        words[at]
      }" is one word too many. Put text with spaces in "quotes"; ` +
        `\`${line} --help\` explains.`,
    );
  }
}
