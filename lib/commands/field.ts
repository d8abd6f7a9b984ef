/**
 * The input of commands: one field for each argument and option, with its help
 * text and its parser.
 *
 * A field's value may arrive as text (a command line, a line of chat, a form)
 * or as JSON (the control channel, the web): the same parser checks both.
 *
 * @module
 */
import { duration } from "./duration.ts";

/** Wrong usage, with a sentence that says what to write instead. */
export class UsageError extends Error {
  override name = "UsageError";
  /** The key of the field that caused it. */
  field?: string;
}

export interface Field<T = unknown> {
  readonly place: "argument" | "option";
  readonly kind: "text" | "number" | "flag";
  readonly required: boolean;
  /** Takes all remaining words, separated by spaces. */
  readonly rest: boolean;
  /** The placeholder of the value in a usage line. */
  readonly metavar: string;
  readonly about: string;
  readonly choices?: readonly string[];
  /** The kind of names that a shell completes it with. */
  readonly completes?: Completion;
  /** Separator with which repeated values are joined. */
  readonly joins?: string;
  /** The command receives the file's name and text instead of its path. */
  readonly reads?: boolean;
  /** The confirmation of a command that warns of its consequences. */
  readonly confirms?: boolean;
  /** Allows several lines; forms show a larger box. */
  readonly long?: boolean;
  /** Returns whether a word in chat belongs to the next field instead. */
  readonly skippable?: (word: string) => boolean;
  /** The question for a user at a terminal who omitted the option. */
  readonly ask?: string;
  /**
   * Parses a value. Throws {@linkcode UsageError}; `raw` is never undefined.
   */
  read(raw: unknown, name: string): T;
}

export type Fields = Readonly<Record<string, Field>>;

/** The input of a command's `run`: a value for each field that was given. */
export type InputOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends RequiredField<infer T> ? T
    : F[K] extends Field<infer T> ? T | undefined
    : never;
};

interface RequiredField<T> extends Field<T> {
  readonly required: true;
}

/** Names that a shell can offer; "section" is a setting or a whole section. */
export type Completion = "file" | "directory" | "setting" | "section";

interface More {
  readonly completes?: Completion;
  readonly choices?: readonly string[];
  readonly rest?: boolean;
  readonly long?: boolean;
  /** Accepts "" as a value. */
  readonly empty?: boolean;
}

function readText(raw: unknown, name: string): string {
  if (typeof raw === "string") return raw;
  if (typeof raw === "number") return String(raw);
  throw new UsageError(`${name} needs a text.`);
}

/** Defines a required word. */
export function argument(
  metavar: string,
  about: string,
  { empty = false, ...more }: More = {},
): RequiredField<string> {
  return {
    place: "argument",
    kind: "text",
    required: true,
    rest: false,
    metavar,
    about,
    ...more,
    read(raw, name) {
      const text = readText(raw, name);
      if (text === "" && !empty) {
        throw new UsageError(`${name} must not be empty.`);
      }
      return text;
    },
  };
}

export function optionalArgument(
  metavar: string,
  about: string,
  more: More = {},
): Field<string> {
  return { ...argument(metavar, about, more), required: false };
}

/** A file that the command line has read; "-" is standard input. */
export interface FileText {
  readonly name: string;
  readonly text: string;
}

/**
 * Defines a file that is read where the command is typed, not where it runs.
 */
export function fileArgument(
  metavar: string,
  about: string,
): RequiredField<FileText> {
  return {
    ...argument(metavar, about, { completes: "file" }),
    reads: true,
    read(raw, name) {
      const { name: file, text } = Object(raw);
      if (typeof file !== "string" || typeof text !== "string") {
        throw new UsageError(`${name} needs a file.`);
      }
      return { name: file, text };
    },
  };
}

/** Defines `--name VALUE`. */
export function option(
  metavar: string,
  about: string,
  more: {
    readonly completes?: Completion;
    readonly joins?: string;
    readonly long?: boolean;
  } = {},
): Field<string> {
  return {
    place: "option",
    kind: "text",
    required: false,
    rest: false,
    metavar,
    about,
    ...more,
    read(raw, name) {
      const text = readText(raw, name);
      if (text === "" && more.completes) {
        throw new UsageError(`${name} needs the name of a ${more.completes}.`);
      }
      return text;
    },
  };
}

interface Range {
  readonly min: number;
  readonly max: number;
}

export function numberOption(
  metavar: string,
  about: string,
  range: Range,
): Field<number> {
  return { ...option(metavar, about), ...wholeNumber(range) };
}

export function numberArgument(
  metavar: string,
  about: string,
  range: Range,
): RequiredField<number> {
  return { ...argument(metavar, about), ...wholeNumber(range) };
}

function wholeNumber(range: Range): {
  readonly kind: "number";
  read(raw: unknown, name: string): number;
} {
  return {
    kind: "number",
    read(raw, name) {
      const value = typeof raw === "string" && /^-?\d+$/.test(raw.trim())
        ? Number(raw)
        : raw;
      if (
        typeof value !== "number" || !Number.isInteger(value) ||
        value < range.min || value > range.max
      ) {
        throw new UsageError(
          `${name} must be a whole number from ${range.min} to ${range.max}, ` +
            `not "${raw}".`,
        );
      }
      return value;
    },
  };
}

export function choiceOption<const T extends string>(
  choices: readonly T[],
  about: string,
  more: { readonly ask?: string } = {},
): Field<T> {
  return {
    ...option(choices.join("|"), about),
    choices,
    ...more,
    read(raw, name) {
      const found = choices.find((one) => one === raw);
      if (found === undefined) {
        throw new UsageError(
          `${name} must be ${choices.join(" or ")}, not "${raw}".`,
        );
      }
      return found;
    },
  };
}

/** Defines `--name`, on or off. */
export function flag(about: string): Field<boolean> {
  return {
    ...option("", about),
    kind: "flag",
    read(raw, name) {
      if (typeof raw === "boolean") return raw;
      if (raw === "true" || raw === "on" || raw === "yes") return true;
      if (raw === "false" || raw === "off" || raw === "no") return false;
      throw new UsageError(`${name} takes no value.`);
    },
  };
}

/** Defines `--yes`, the confirmation of a command that asks before it acts. */
export function confirmFlag(): Field<boolean> {
  return { ...flag("Do not ask for confirmation."), confirms: true };
}

/**
 * Defines `--name yes|no`, for settings that can be changed in both directions.
 */
export function yesNoOption(about: string): Field<boolean> {
  return {
    ...option("yes|no", about),
    choices: ["yes", "no"],
    read(raw, name) {
      if (raw === true || raw === "yes" || raw === "on") return true;
      if (raw === false || raw === "no" || raw === "off") return false;
      throw new UsageError(`${name} must be yes or no, not "${raw}".`);
    },
  };
}

/** Defines a duration in milliseconds, or null for permanently. */
export function durationOption(about: string): Field<number | null> {
  return {
    ...option("30m|12h|7d|forever", about),
    skippable: (word) => duration(word) === undefined,
    read(raw, name) {
      const value = typeof raw === "string" ? duration(raw) : undefined;
      if (value === undefined) {
        throw new UsageError(
          `${name} must be a duration such as 30m, 12h, 7d or forever, not ` +
            `"${raw}".`,
        );
      }
      return value;
    },
  };
}

/**
 * Defines a time in milliseconds since the epoch: "2026-07-31",
 * "2026-07-31T12:00", or "3d" for three days ago.
 */
export function timeOption(about: string): Field<(now: number) => number> {
  return {
    ...option("TIME", about),
    read(raw, name) {
      const ago = typeof raw === "string" ? duration(raw) : undefined;
      if (typeof ago === "number") return (now) => now - ago;
      const at = typeof raw === "string" && /^\d{4}-\d\d-\d\d/.test(raw)
        // A date without a time begins at midnight in the local time zone, not
        // in UTC.
        ? Date.parse(raw.length === 10 ? `${raw}T00:00` : raw)
        : NaN;
      if (Number.isNaN(at)) {
        throw new UsageError(
          `${name} must be a date such as 2026-07-31 or an age such as 3d, ` +
            `not "${raw}".`,
        );
      }
      return () => at;
    },
  };
}
