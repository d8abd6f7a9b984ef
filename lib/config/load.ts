/**
 * Combines the sources of the configuration: flags take precedence over the
 * environment, the file and the defaults. All problems are reported in one
 * error.
 *
 * @module
 */
import * as v from "valibot";
import {
  buildConfig,
  type Config,
  environmentName,
  SETTINGS,
} from "./config.ts";
import { isPrivateAddress } from "../net/networks.ts";
import { didYouMean } from "./nearest.ts";
import { SECTIONS } from "./schema.ts";
import { fromText, type Setting, type Value } from "./setting.ts";
import { parseToml, TomlSyntaxError } from "./toml.ts";

export type Origin = "flag" | "environment" | "file" | "default";

export interface Sources {
  /** Values of flags by dotted key. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Path and text of `retropal.toml`. */
  readonly file?: { readonly path: string; readonly text: string } | null;
}

export interface Loaded {
  readonly config: Config;
  readonly origins: ReadonlyMap<string, Origin>;
  /** Sentences about harmless problems. */
  readonly warnings: readonly string[];
}

export class ConfigError extends Error {
  override name = "ConfigError";
  /** @param problems one sentence for each problem */
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

/** Loads the configuration. Throws {@linkcode ConfigError}. */
export function loadConfig(sources: Sources): Loaded {
  const problems: string[] = [];
  const warnings: string[] = [];
  const given = new Map<
    string,
    { value: unknown; origin: Origin; at: string }
  >();

  const { file } = sources;
  if (file) {
    for (const [key, value] of readFile(file, problems)) {
      given.set(key, { value, origin: "file", at: file.path });
    }
  }
  const variables = new Map(
    [...SETTINGS.keys()].map((key) => [environmentName(key), key]),
  );
  for (const [name, raw] of Object.entries(sources.env ?? {})) {
    if (!name.startsWith("RETROPAL_") || OTHER_VARIABLES.has(name)) continue;
    const key = variables.get(name);
    const setting = key === undefined ? undefined : SETTINGS.get(key);
    if (key === undefined || setting === undefined) {
      warnings.push(
        `The environment has ${name}, which is no setting.` +
          didYouMean(name, [...variables.keys()]),
      );
      continue;
    }
    const value = fromText(setting, raw);
    // Compose files and service units pass unset variables as empty ones.
    if (raw === "" && !v.is(setting.schema, value)) continue;
    given.set(key, { value, origin: "environment", at: name });
  }
  for (const [key, raw] of Object.entries(sources.flags ?? {})) {
    const setting = SETTINGS.get(key);
    if (setting === undefined) {
      problems.push(unknownKey(key, "the command line"));
      continue;
    }
    given.set(key, {
      value: fromText(setting, raw),
      origin: "flag",
      at: "the command line",
    });
  }
  splitAdvertise(given);

  const origins = new Map<string, Origin>();
  const config = buildConfig((key, setting) => {
    const one = given.get(key);
    origins.set(key, one?.origin ?? "default");
    if (one === undefined) return setting.default;
    const result = v.safeParse(setting.schema, one.value);
    if (result.success) return result.output;
    problems.push(badValue(key, setting, one.value, one.at));
    return setting.default;
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return { config, origins, warnings };
}

/** Variables with our prefix that are not settings. */
const OTHER_VARIABLES: ReadonlySet<string> = new Set(["RETROPAL_DATA"]);

/** Parses and checks the value of one setting. */
export function checkValue(key: string, raw: string): Value {
  const setting = SETTINGS.get(key);
  return checkSetting(
    key,
    setting === undefined ? raw : fromText(setting, raw),
    "your command",
  );
}

/** Returns the value if it is allowed. Throws {@linkcode ConfigError}. */
export function checkSetting(
  key: string,
  value: unknown,
  where: string,
): Value {
  const setting = SETTINGS.get(key);
  if (setting === undefined) throw new ConfigError([unknownKey(key, where)]);
  const result = v.safeParse(setting.schema, value);
  if (result.success) return result.output;
  throw new ConfigError([badValue(key, setting, value, where)]);
}

function* readFile(
  file: { path: string; text: string },
  problems: string[],
): Iterable<[string, unknown]> {
  let table: Record<string, unknown>;
  try {
    table = parseToml(file.text);
  } catch (error) {
    if (!(error instanceof TomlSyntaxError)) throw error;
    problems.push(
      `${file.path}, line ${error.line}, is not TOML (${error.message}). ` +
        'Write one `key = value` a line, text in "quotes", under a [section].',
    );
    return;
  }
  for (const [section, keys] of Object.entries(table)) {
    if (
      !(section in SECTIONS) || typeof keys !== "object" || keys === null ||
      Array.isArray(keys)
    ) {
      problems.push(
        `${file.path} has "${section}", which is no section.` +
          didYouMean(section, Object.keys(SECTIONS)) +
          ` The sections are ${Object.keys(SECTIONS).join(", ")}.`,
      );
      continue;
    }
    for (const [name, value] of Object.entries(keys)) {
      const key = `${section}.${name}`;
      if (SETTINGS.has(key)) yield [key, value];
      else problems.push(unknownKey(key, file.path));
    }
  }
}

/**
 * Splits `--advertise 192.168.1.20,chat.example.org`, which sets both
 * addresses: the private one is announced in private networks.
 */
function splitAdvertise(
  given: Map<string, { value: unknown; origin: Origin; at: string }>,
): void {
  const one = given.get("server.advertise");
  if (one === undefined) return;
  const parts = Array.isArray(one.value)
    ? one.value.map(String)
    : String(one.value).split(",").map((part) => part.trim());
  if (parts.length !== 2) return;
  const inside = parts.find(isPrivateAddress) ?? parts[0];
  const outside = parts.find((part) => part !== inside) ?? parts[1];
  given.set("server.advertise", { ...one, value: outside });
  given.set("server.advertise_private", { ...one, value: inside });
}

function unknownKey(key: string, where: string): string {
  return `${where} has "${key}", which is no setting.` +
    (didYouMean(key, [...SETTINGS.keys()]) ||
      " `retropal config show` lists them all.");
}

function badValue(
  key: string,
  setting: Setting,
  value: unknown,
  where: string,
): string {
  const name = key.split(".")[1] ?? key;
  const { mask } = setting;
  const masked = (one: unknown) =>
    mask && typeof one === "string" ? mask(one) : one;
  return `${key} is ${
    setting.secret
      ? "not right"
      : shown(Array.isArray(value) ? value.map(masked) : masked(value))
  } in ${where}. Allowed: ${setting.allowed}. ` +
    `For example: ${name} = ${setting.example}`;
}

function shown(value: unknown): string {
  const text = typeof value === "bigint"
    ? String(value)
    : JSON.stringify(value) ?? String(value);
  return text.length > 80 ? text.slice(0, 77) + "…" : text;
}
