/**
 * What a command is, what it may use and what it answers.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { ReloadReport } from "../config/live_config.ts";
import { ConfigError } from "../config/load.ts";
import {
  HOST_LEVEL,
  LEVEL,
  type Role,
  type Store,
  StoreError,
} from "../domain/store.ts";
import {
  type Actor,
  audit,
  difference,
  HOST,
  Refused,
  Unconfirmed,
} from "../actions/acting.ts";
import { type Fields, type InputOf, readInput, UsageError } from "./field.ts";
import type { Live } from "../ops/live.ts";
import { oneLine } from "./table_text.ts";
import { aRole } from "./words.ts";

/** Exit codes of the command line (and of every other way to run one). */
export const CODE = {
  done: 0,
  refused: 1,
  usage: 2,
  notFound: 3,
  noServer: 4,
  /** An error of the program's own (EX_SOFTWARE). */
  crashed: 70,
  /** Ended to be started again (EX_TEMPFAIL). */
  restart: 75,
  /** Ctrl-C or Ctrl-D at a question (128 + SIGINT). */
  interrupted: 130,
} as const;
export type Code = typeof CODE[keyof typeof CODE];

export interface CommandResult {
  readonly code: Code;
  /** For people, a line each. */
  readonly lines: readonly string[];
  /** For machines: anything JSON can hold. */
  readonly json: unknown;
  /** The lines say why it was not done, and are no answer. */
  readonly failed?: boolean;
  /** Nothing was done: these consequences need a yes (see `confirmFlag`). */
  readonly confirm?: readonly string[];
  /** Nothing was done: this field has to be given, and may be asked for. */
  readonly needs?: string;
  /** The key of the field with which something is wrong. */
  readonly field?: string;
  /** A document whose lines are shown as they are, such as a script. */
  readonly verbatim?: boolean;
  /** To be written where the command was typed; "-" is standard output. */
  readonly file?: { readonly path: string; readonly text: string };
}

export { type Actor, audit, difference, HOST, HOST_LEVEL };

/** Hashes the client's own bytes of a password, off the event loop. */
export interface Hasher {
  hash(
    password: Uint8Array,
    turn?: { readonly first?: boolean; readonly from?: string },
  ): Promise<string>;
}

export interface Context {
  readonly store: Store;
  /** Null when no server runs on this data. */
  readonly live: Live | null;
  readonly actor: Actor;
  /** The configuration in force. */
  readonly config: Config;
  readonly hasher: Hasher;
  /** Milliseconds since the epoch. */
  now(): number;
  /** For commands that go on: one more piece of the answer. */
  emit(lines: readonly string[], json: unknown): void;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Reads the configuration again; only a running server can. */
  reload?(): ReloadReport;
  /** Opens the setup page of a running server once more; returns its token. */
  openSetup?(): string;
}

/** How it is called in a conversation with the system user. */
export interface ChatForm {
  /** Without the slash. */
  readonly name: string;
  readonly role: Role;
  /** Keys of the fields, in the order in which they are typed. */
  readonly takes: readonly string[];
  /** Those of them that chat asks for although the command line does not. */
  readonly needs?: readonly string[];
}

export interface Command {
  /** ["user", "add"] */
  readonly path: readonly string[];
  /** What it does, without a full stop. */
  readonly summary: string;
  /** More, in sentences. */
  readonly details?: string;
  /** Whole command lines. */
  readonly examples: readonly string[];
  readonly fields: Fields;
  /** A password that it needs, read from standard input or asked for. */
  readonly secret?: {
    readonly about: string;
    /** Asked twice at a terminal, so that a slip is noticed. */
    readonly repeat: boolean;
    /** Only taken from --password-stdin, never asked for. */
    readonly optional?: boolean;
    /** Why this password cannot be used, or null; said before it is repeated. */
    readonly fault?: (password: string) => string | null;
  };
  /**
   * Throws what `run` would refuse, before a password is asked for.
   */
  check?(context: Context, input: Readonly<Record<string, unknown>>): void;
  /** Who may run it by web or chat. */
  readonly role: Role;
  readonly chat?: ChatForm;
  /** It may begin a new database where there is none. */
  readonly startsData?: boolean;
  /** It means nothing without a running server. */
  readonly needsServer?: boolean;
  /** Left out of help and completions. */
  readonly hidden?: boolean;
  /** It emits until it is stopped. */
  readonly endless?: boolean;
  run(
    context: Context,
    input: Readonly<Record<string, unknown>>,
    secret: string | undefined,
  ): CommandResult | Promise<CommandResult>;
}

/** A command whose `run` knows the types of its fields. */
export function command<const F extends Fields>(
  definition:
    & Omit<Command, "run" | "fields" | "check">
    & {
      readonly fields: F;
      check?(context: Context, input: InputOf<F>): void;
      run(
        context: Context,
        input: InputOf<F>,
        secret: string | undefined,
      ): CommandResult | Promise<CommandResult>;
    },
): Command {
  return definition as unknown as Command;
}

/** Ends a command: it did not do what it was asked. */
export class CommandError extends Error {
  override name = "CommandError";
  constructor(
    readonly code: Code,
    message: string,
    /** The key of the field that would have to be given. */
    readonly needs?: string,
  ) {
    super(message);
  }
}

/** A refusal that a value for one more field would lift. */
export function needs(field: string, message: string): CommandError {
  return new CommandError(CODE.refused, message, field);
}

export function refused(message: string): CommandError {
  return new CommandError(CODE.refused, message);
}

export function notFound(message: string): CommandError {
  return new CommandError(CODE.notFound, message);
}

export function done(
  json: unknown,
  ...lines: readonly string[]
): CommandResult {
  return { code: CODE.done, lines, json };
}

/** A text that is shown exactly as it is, line ends and all. */
export function document(json: unknown, text: string): CommandResult {
  return { ...done(json, text.trimEnd()), verbatim: true };
}

/** A refusal as an answer; `json` is `{ error, code }`. */
export function failure(code: Code, message: string): CommandResult {
  return {
    code,
    lines: [message],
    json: { error: message, code },
    failed: true,
  };
}

/**
 * Runs a command on what somebody gave, and answers every expected failure
 * with a sentence. When it returns, all it wrote is durable.
 */
export async function execute(
  command: Command,
  context: Context,
  raw: Readonly<Record<string, unknown>>,
  secret?: string,
  { checkOnly = false }: { readonly checkOnly?: boolean | undefined } = {},
): Promise<CommandResult> {
  const { actor } = context;
  if (actor.level < LEVEL[command.role]) {
    return failure(CODE.refused, `Only ${aRole(command.role)} may do this.`);
  }
  if (command.needsServer && context.live === null) {
    return failure(CODE.noServer, NO_SERVER);
  }
  try {
    const input = readInput(command.fields, raw);
    if (checkOnly) {
      command.check?.(context, input);
      return done(null);
    }
    const result = await command.run(context, input, secret);
    context.store.flush();
    return { ...result, lines: result.lines.map(oneLine) };
  } catch (error) {
    return failureOf(error);
  }
}

export const NO_SERVER =
  "No server runs on this data folder: start it with `retropal serve`.";

function unconfirmed(warnings: readonly string[]): CommandResult {
  const code = CODE.refused;
  return {
    code,
    lines: [...warnings, "Nothing was done: add --yes to go ahead."],
    json: { error: warnings.join(" "), code, needsConfirmation: true },
    failed: true,
    confirm: warnings,
  };
}

/** Throws again what nobody expected. */
export function failureOf(error: unknown): CommandResult {
  if (error instanceof ConfigError) {
    return {
      code: CODE.refused,
      lines: error.problems,
      json: { error: error.message, code: CODE.refused },
      failed: true,
    };
  }
  if (error instanceof CommandError) {
    const { code, message, needs } = error;
    return { ...failure(code, message), ...(needs !== undefined && { needs }) };
  }
  if (error instanceof Refused) {
    const { kind, message } = error;
    return failure(kind === "refused" ? CODE.refused : CODE.notFound, message);
  }
  if (error instanceof Unconfirmed) return unconfirmed(error.warnings);
  if (error instanceof UsageError) {
    const { field, message } = error;
    return {
      ...failure(CODE.usage, message),
      ...(field !== undefined && { field }),
    };
  }
  if (error instanceof StoreError) {
    return failure(
      error.code === "not-found" ? CODE.notFound : CODE.refused,
      error.message,
    );
  }
  throw error;
}
