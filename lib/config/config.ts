/**
 * The configuration as a value, and the names of its settings.
 *
 * @module
 */
import { SCHEMA } from "./schema.ts";
import type { Setting, Value } from "./setting.ts";

type Schema = typeof SCHEMA;
type ValueOf<S> = S extends Setting<infer T> ? T : never;

/** The configuration in force: `config.limits.packets_per_second`. */
export type Config = {
  readonly [Section in keyof Schema]: {
    readonly [Key in keyof Schema[Section]]: ValueOf<Schema[Section][Key]>;
  };
};

/** Every setting with its dotted key, in the order of the file. */
export const SETTINGS: ReadonlyMap<string, Setting> = new Map(
  Object.entries(SCHEMA).flatMap(([section, keys]) =>
    Object.entries(keys).map(([key, setting]) =>
      [`${section}.${key}`, setting as Setting] as const
    )
  ),
);

/** `limits.packets_per_second` as the environment has it. */
export function environmentName(key: string): string {
  return `RETROPAL_${key.replace(".", "_").toUpperCase()}`;
}

/** The configuration when nobody says anything, but for `changes`. */
export function defaultConfig(
  changes: Readonly<Record<string, Value>> = {},
): Config {
  return buildConfig((key, setting) => changes[key] ?? setting.default);
}

/** A whole configuration, each value asked of `valueOf`. */
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

/** The value of a dotted key that {@linkcode SETTINGS} has. */
export function valueAt(config: Config, key: string): Value {
  const [section = "", name = ""] = key.split(".");
  const value =
    (config as unknown as Record<string, Record<string, Value>>)[section]
      ?.[name];
  if (value === undefined) throw new RangeError(`no setting ${key}`);
  return value;
}

/** A value as people may see it: a credential only as set or not. */
export function shownValue(key: string, value: Value): Value {
  return SETTINGS.get(key)?.secret && value !== "" ? "(set)" : value;
}

/** The keys whose values differ between two configurations. */
export function changedKeys(before: Config, after: Config): string[] {
  return [...SETTINGS.keys()].filter((key) =>
    JSON.stringify(valueAt(before, key)) !== JSON.stringify(valueAt(after, key))
  );
}
