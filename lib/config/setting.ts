/**
 * One setting: its type, default, limits and description. Everything else about
 * the configuration is derived from these.
 *
 * @module
 */
import * as v from "valibot";

export type Value = string | number | boolean | readonly string[];

export interface Setting<T extends Value = Value> {
  readonly kind: "text" | "number" | "switch" | "list";
  readonly default: T;
  /** Description in one or two sentences, used as the comment in the file. */
  readonly about: string;
  /** Allowed values, printed after "allowed: ". */
  readonly allowed: string;
  /** Example of a value, in TOML. */
  readonly example: string;
  /** Whether a running server applies a changed value on SIGHUP. */
  readonly live: boolean;
  /** Whether the desk can change it. */
  readonly desk: boolean;
  /** A credential, which is never displayed. */
  readonly secret?: boolean;
  /** Hides the credential in an item before it is displayed. */
  readonly mask?: (item: string) => string;
  /** All allowed values, if there are only a few. */
  readonly options?: readonly string[];
  readonly schema: v.GenericSchema<unknown, T>;
}

interface Words<T> {
  readonly default: T;
  readonly about: string;
  readonly allowed?: string;
  readonly example?: string;
  readonly live?: boolean;
  /**
   * False for paths, credentials, and settings that decide who may use the
   * desk.
   */
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
    readonly mask?: (item: string) => string;
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
    ...(words.mask && { mask: words.mask }),
    schema: v.array(v.pipe(v.string(), v.check(words.check))),
  };
}

/**
 * Parses a value from a flag or the environment, where everything is text.
 * Returns unparsable text unchanged, so that the check can report it.
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
