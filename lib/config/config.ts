/**
 * The configuration as a value, and the names of its settings.
 *
 * @module
 */
import { SCHEMA } from "./schema.ts";
import type { Setting, Value } from "./setting.ts";

type Schema = typeof SCHEMA;
type ValueOf<S> = S extends Setting<infer T> ? T : never;

/** A complete configuration: `config.limits.packets_per_second`. */
export type Config = {
  readonly [Section in keyof Schema]: {
    readonly [Key in keyof Schema[Section]]: ValueOf<Schema[Section][Key]>;
  };
};

/** Every setting by its dotted key, in the order of the file. */
export const SETTINGS: ReadonlyMap<string, Setting> = new Map(
  Object.entries(SCHEMA).flatMap(([section, keys]) =>
    Object.entries(keys).map(([key, setting]) =>
      [`${section}.${key}`, setting as Setting] as const
    )
  ),
);

/**
 * Returns the environment variable of a setting such as
 * `limits.packets_per_second`.
 */
export function environmentName(key: string): string {
  return `RETROPAL_${key.replace(".", "_").toUpperCase()}`;
}

/** Returns the default configuration with `changes` applied. */
export function defaultConfig(
  changes: Readonly<Record<string, Value>> = {},
): Config {
  return buildConfig((key, setting) => changes[key] ?? setting.default);
}

/**
 * Builds a complete configuration from the value that `valueOf` returns for
 * each setting.
 */
export function buildConfig(
  valueOf: (key: string, setting: Setting) => Value,
): Config {
  const config: Record<string, Record<string, Value>> = {};
  for (const [key, setting] of SETTINGS) {
    const [section = "", name = ""] = key.split(".");
    (config[section] ??= {})[name] = valueOf(key, setting);
  }
  return config as unknown as Config;
}

/** Returns the value of a dotted key in {@linkcode SETTINGS}. */
export function valueAt(config: Config, key: string): Value {
  const [section = "", name = ""] = key.split(".");
  const value =
    (config as unknown as Record<string, Record<string, Value>>)[section]
      ?.[name];
  if (value === undefined) throw new RangeError(`no setting ${key}`);
  return value;
}

/** Returns a value for display; for a credential only whether it is set. */
export function shownValue(key: string, value: Value): Value {
  const { secret, mask } = SETTINGS.get(key) ?? {};
  if (secret) return value === "" ? "" : "(set)";
  return mask && Array.isArray(value) ? value.map(mask) : value;
}

/** Returns the keys whose values differ between two configurations. */
export function changedKeys(before: Config, after: Config): string[] {
  return [...SETTINGS.keys()].filter((key) =>
    JSON.stringify(valueAt(before, key)) !== JSON.stringify(valueAt(after, key))
  );
}
