/**
 * One setting: what it may be, what it is when nobody says, and the words that
 * explain it. Everything else about configuration is made from these.
 *
 * @module
 */
import * as v from "valibot";

export type Value = string | number | boolean | readonly string[];

export interface Setting<T extends Value = Value> {
  readonly kind: "text" | "number" | "switch" | "list";
  readonly default: T;
  /** What it does, in a sentence or two, for the comment in the file. */
  readonly about: string;
  /** What is allowed, to follow "allowed: ". */
  readonly allowed: string;
  /** As one would write it in the file. */
  readonly example: string;
  /** Whether a running server takes it over at SIGHUP. */
  readonly live: boolean;
  /** Whether it can be changed on the host's desk. */
  readonly desk: boolean;
  /** A credential: written, and never shown. */
  readonly secret?: boolean;
  /** The values that it may have, where they are few. */
  readonly options?: readonly string[];
  readonly schema: v.GenericSchema<unknown, T>;
}

interface Words<T> {
  readonly default: T;
  readonly about: string;
  readonly allowed?: string;
  readonly example?: string;
  readonly live?: boolean;
  /** False: paths, credentials, and what decides who may use the desk. */
  readonly desk?: boolean;
}

export function text(
  words: Words<string> & {
    readonly max?: number;
    readonly check?: (value: string) => boolean;
    readonly secret?: boolean;
  },
): Setting<string> {
  const max = words.max ?? 255;
  const check = words.check ?? (() => true);
  return {
    kind: "text",
    default: words.default,
    about: words.about,
    allowed: words.allowed ?? `text of at most ${max} characters`,
    example: words.example ?? JSON.stringify(words.default),
    live: words.live ?? false,
    desk: words.desk ?? true,
    ...(words.secret && { secret: true }),
    schema: v.pipe(v.string(), v.maxLength(max), v.check(check)),
  };
}

export function choice<const T extends string>(
  options: readonly T[],
  words: Words<NoInfer<T>>,
): Setting<T> {
  return {
    kind: "text",
    default: words.default,
    about: words.about,
    allowed: options.map((option) => `"${option}"`).join(", "),
    example: words.example ?? JSON.stringify(words.default),
    live: words.live ?? false,
    desk: words.desk ?? true,
    options,
    schema: v.picklist(options),
  };
}

export function integer(
  words: Words<number> & {
    readonly min: number;
    readonly max: number;
    readonly check?: (value: number) => boolean;
  },
): Setting<number> {
  return {
    kind: "number",
    default: words.default,
    about: words.about,
    allowed: words.allowed ??
      `a whole number from ${words.min} to ${words.max}`,
    example: words.example ?? String(words.default),
    live: words.live ?? false,
    desk: words.desk ?? true,
    schema: v.pipe(
      v.number(),
      v.integer(),
      v.minValue(words.min),
      v.maxValue(words.max),
      v.check(words.check ?? (() => true)),
    ),
  };
}

export function toggle(words: Words<boolean>): Setting<boolean> {
  return {
    kind: "switch",
    default: words.default,
    about: words.about,
    allowed: words.allowed ?? "true or false",
    example: words.example ?? String(!words.default),
    live: words.live ?? false,
    desk: words.desk ?? true,
    schema: v.boolean(),
  };
}

export function list(
  words: Words<readonly string[]> & {
    readonly check: (item: string) => boolean;
    readonly allowed: string;
    readonly example: string;
  },
): Setting<readonly string[]> {
  return {
    kind: "list",
    default: words.default,
    about: words.about,
    allowed: words.allowed,
    example: words.example,
    live: words.live ?? false,
    desk: words.desk ?? true,
    schema: v.array(v.pipe(v.string(), v.check(words.check))),
  };
}

/**
 * A value as it comes from a flag or from the environment, where everything is
 * text. What cannot be read stays text, and the check then says what is wrong.
 */
export function fromText(setting: Setting, raw: string): unknown {
  const trimmed = raw.trim();
  switch (setting.kind) {
    case "text":
      return raw;
    case "number":
      return /^-?\d+$/.test(trimmed) ? Number(trimmed) : raw;
    case "switch":
      if (/^(true|yes|on|1)$/i.test(trimmed)) return true;
      if (/^(false|no|off|0)$/i.test(trimmed)) return false;
      return raw;
    case "list":
      return trimmed === ""
        ? []
        : trimmed.split(",").map((item) => item.trim());
  }
}
