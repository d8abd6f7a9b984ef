/**
 * Defines what a command is, what it may use and what it returns.
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
import { type Fields, type InputOf, UsageError } from "./field.ts";
import { readInput } from "./read_input.ts";
import type { Live } from "../ops/live.ts";
import { oneLine } from "./table_text.ts";
import { aRole } from "./words.ts";

/** Exit codes of the command line, and result codes everywhere else. */
export const CODE = {
  done: 0,
  refused: 1,
  usage: 2,
  notFound: 3,
  noServer: 4,
  /** An error of the program's own (EX_SOFTWARE). */
  crashed: 70,
  /** Stopped in order to be started again (EX_TEMPFAIL). */
  restart: 75,
  /** Ctrl-C or Ctrl-D at a question (128 + SIGINT). */
  interrupted: 130,
} as const;
export type Code = typeof CODE[keyof typeof CODE];

export interface CommandResult {
  readonly code: Code;
  /** The answer for people, one string per line. */
  readonly lines: readonly string[];
  /** The answer for programs, as any JSON value. */
  readonly json: unknown;
  /** The lines say why it was not done, instead of an answer. */
  readonly failed?: boolean;
  /**
   * Nothing was done: these consequences must be confirmed (see `confirmFlag`).
   */
  readonly confirm?: readonly string[];
  /** Nothing was done: this field is required, and may be asked for. */
  readonly needs?: string;
  /** The key of the field that caused the error. */
  readonly field?: string;
  /** A document whose lines are shown as they are, such as a script. */
  readonly verbatim?: boolean;
  /** A file to write where the command was typed; "-" is standard output. */
  readonly file?: { readonly path: string; readonly text: string };
}

export { type Actor, audit, difference, HOST, HOST_LEVEL };

/** Hashes passwords, given in the client's bytes, off the event loop. */
export interface Hasher {
  hash(
    password: Uint8Array,
    turn?: { readonly first?: boolean; readonly from?: string },
  ): Promise<string>;
}

export interface Context {
  readonly store: Store;
  /** Null when no server is running on this data. */
  readonly live: Live | null;
  readonly actor: Actor;
  /** The configuration in force. */
  readonly config: Config;
  readonly hasher: Hasher;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Sends a further piece of the answer, for commands that continue. */
  emit(lines: readonly string[], json: unknown): void;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Reads the configuration again; only in a running server. */
  reload?(): ReloadReport;
  /** Opens the setup page of a running server again. Returns its token. */
  openSetup?(): string;
}

/** The form of a command that is sent to the system user. */
export interface ChatForm {
  /** Its name without the slash. */
  readonly name: string;
  readonly role: Role;
  /** Keys of the fields, in the order in which they are typed. */
  readonly takes: readonly string[];
  /** Fields that are required in chat but not on the command line. */
  readonly needs?: readonly string[];
}

export interface Command {
  /** The words of its name, such as ["user", "add"]. */
  readonly path: readonly string[];
  /** A one-line summary without a full stop. */
  readonly summary: string;
  /** Further explanation, in sentences. */
  readonly details?: string;
  /** Complete command lines. */
  readonly examples: readonly string[];
  readonly fields: Fields;
  /** A password that the command needs, from standard input or a prompt. */
  readonly secret?: {
    readonly about: string;
    /** Asked for twice at a terminal, to detect typing errors. */
    readonly repeat: boolean;
    /** Taken only from --password-stdin, never asked for. */
    readonly optional?: boolean;
    /**
     * Returns why this password cannot be used, or null; called before it is
     * repeated.
     */
    readonly fault?: (password: string) => string | null;
  };
  /**
   * Throws the errors that `run` would throw, before a password is asked for.
   */
  check?(context: Context, input: Readonly<Record<string, unknown>>): void;
  /** Lowest role that may run it on the pages or in chat. */
  readonly role: Role;
  readonly chat?: ChatForm;
  /** It may create a database where there is none. */
  readonly startsData?: boolean;
  /** It makes no sense without a running server. */
  readonly needsServer?: boolean;
  /** Omitted from help and completions. */
  readonly hidden?: boolean;
  /** It emits until it is stopped. */
  readonly endless?: boolean;
  run(
    context: Context,
    input: Readonly<Record<string, unknown>>,
    secret: string | undefined,
  ): CommandResult | Promise<CommandResult>;
}

/** Defines a command whose `run` knows the types of its fields. */
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

/** Ends a command that could not do what was requested. */
export class CommandError extends Error {
  override name = "CommandError";
  constructor(
    readonly code: Code,
    message: string,
    /** The key of the field that is missing. */
    readonly needs?: string,
  ) {
    super(message);
  }
}

/** Returns a refusal that can be resolved by giving one more field. */
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

/** Returns a text that is shown exactly as it is, including line ends. */
export function document(json: unknown, text: string): CommandResult {
  return { ...done(json, text.trimEnd()), verbatim: true };
}

/** Returns a refusal as a result; `json` is `{ error, code }`. */
export function failure(code: Code, message: string): CommandResult {
  return {
    code,
    lines: [message],
    json: { error: message, code },
    failed: true,
  };
}

/**
 * Runs a command on raw input, and turns every expected failure into a
 * sentence. When it returns, all changes are durable.
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
  "No server is running on this data folder: start it with `retropal serve`.";

function unconfirmed(warnings: readonly string[]): CommandResult {
  const code = CODE.refused;
  return {
    code,
    lines: [...warnings, "Nothing was changed: add --yes to continue."],
    json: { error: warnings.join(" "), code, needsConfirmation: true },
    failed: true,
    confirm: warnings,
  };
}

/** Converts an expected error to a result; throws any other again. */
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
