/**
 * `retropal config`: reads and changes the settings file.
 *
 * @module
 */
import { CODE, document, done, failure, refused } from "../commands/command.ts";
import { argument, flag, optionalArgument } from "../commands/field.ts";
import { columns } from "../commands/table_text.ts";
import type { ReloadReport } from "../config/live_config.ts";
import { SETTINGS, shownValue, valueAt } from "../config/config.ts";
import { checkValue } from "../config/load.ts";
import { didYouMean } from "../config/nearest.ts";
import { changeFile, writeSettings } from "../config/config_file.ts";
import { configTemplate } from "../config/template.ts";
import type { Value } from "../config/setting.ts";
import { tomlValue } from "../config/toml.ts";
import { makeFolder } from "./access.ts";
import { type Local, localCommand } from "./local.ts";

export const configInit = localCommand({
  path: ["config", "init"],
  summary: "Write retropal.toml with a comment for each setting",
  examples: ["retropal config init", "retropal config init --stdout"],
  fields: {
    force: flag("Replace an existing file, which is kept as .old."),
    stdout: flag("Only print it."),
  },
  async run({ folder }, input) {
    const text = configTemplate();
    if (input.stdout) return document({ text }, text);
    makeFolder(folder);
    await changeFile(folder.config, (old) => {
      if (old === null) return text;
      if (!input.force) {
        throw refused(
          `${folder.config} already exists: --force replaces it.`,
        );
      }
      Deno.renameSync(folder.config, `${folder.config}.old`);
      return text;
    });
    return done({ file: folder.config }, `Wrote ${folder.config}.`);
  },
});

export const configCheck = localCommand({
  path: ["config", "check"],
  summary: "Check the settings in the file and the environment",
  details:
    "Lists every invalid setting with the allowed values and an example.",
  examples: ["retropal config check"],
  fields: {},
  run(local) {
    const { warnings } = local.loadConfig();
    for (const warning of warnings) local.terminal.err(warning);
    const where = exists(local.folder.config)
      ? local.folder.config
      : `no ${local.folder.config}, so the defaults`;
    return done({ ok: true, warnings }, `All settings are valid (${where}).`);
  },
});

export const configShow = localCommand({
  path: ["config", "show"],
  summary: "Show all settings with their values and sources",
  examples: [
    "retropal config show",
    "retropal config show limits.packets_per_second",
    "retropal config show --changed --json",
  ],
  fields: {
    key: optionalArgument("KEY", "Show only this setting or section.", {
      completes: "section",
    }),
    changed: flag("Show only values that are not the default."),
  },
  async run(local, input) {
    const { config, origins } = local.loadConfig();
    const keys = [...SETTINGS.keys()].filter((key) =>
      (input.key === undefined || key === input.key ||
        key.startsWith(`${input.key}.`)) &&
      (!input.changed || origins.get(key) !== "default")
    );
    if (keys.length === 0 && input.key !== undefined && !input.changed) {
      return failure(
        CODE.notFound,
        `There is no setting "${input.key}".${
          didYouMean(input.key, [...SETTINGS.keys()])
        }`,
      );
    }
    const running = await askRunning(local);
    const all = keys.map((key) => {
      const value = shownValue(key, valueAt(config, key));
      const inForce = running?.[key] ?? value;
      return {
        key,
        value,
        origin: origins.get(key) ?? "default",
        live: SETTINGS.get(key)?.live ?? false,
        inForce,
        differs: JSON.stringify(inForce) !== JSON.stringify(value),
      };
    });
    const waiting = all.some((one) => one.differs);
    return done(
      Object.fromEntries(
        all.map(({ key, value, origin, live, inForce }) => [
          key,
          { value, origin, live, ...(running && { inForce }) },
        ]),
      ),
      ...columns(
        ["SETTING", "VALUE", "FROM", ...(waiting ? ["NOW IN FORCE"] : [])],
        all.map(({ key, value, origin, inForce, differs }) => [
          key,
          tomlValue(value),
          origin,
          ...(waiting ? [differs ? tomlValue(inForce) : ""] : []),
        ]),
      ),
      ...(waiting
        ? [
          "",
          "The running server uses the values under NOW IN FORCE: it was " +
          "started with other flags, or needs `config reload` or a restart.",
        ]
        : []),
      ...(keys.length === 1
        ? ["", SETTINGS.get(keys[0] ?? "")?.about ?? ""]
        : []),
    );
  },
});

/**
 * Returns the settings that a running server uses; null when none is running.
 */
async function askRunning(
  local: Local,
): Promise<Record<string, Value> | null> {
  try {
    const { code, json } = await local.run(["config", "running"], {});
    return code === CODE.done ? json as Record<string, Value> : null;
  } catch {
    // The server belongs to another user, but the files can still be shown.
    return null;
  }
}

export const configSet = localCommand({
  path: ["config", "set"],
  summary: "Change a setting in retropal.toml and in the running server",
  examples: [
    "retropal config set auth.registration invite",
    'retropal config set server.name "The Royal Oak"',
    "retropal config set mail.password --password-stdin",
    "retropal config set access.only_from 192.168.1.0/24,203.0.113.7",
  ],
  fields: {
    key: argument("KEY", "The key of the setting, for example server.name.", {
      completes: "setting",
    }),
    value: optionalArgument(
      "VALUE",
      "The new value; default: empty.",
      { empty: true },
    ),
  },
  secret: {
    about: "Value of a setting that is a credential",
    repeat: false,
    optional: true,
  },
  async run(local, input, secret) {
    const { key, value } = input;
    // Refused, because other programs can read command-line arguments.
    if (SETTINGS.get(key)?.secret && secret === undefined && value) {
      return failure(
        CODE.usage,
        `${key} is a credential: pass it on standard input with ` +
          `\`retropal config set ${key} --password-stdin\`.`,
      );
    }
    return await changeSettings(local, { [key]: secret ?? value ?? "" });
  },
});

/** Writes settings into the file and makes a running server reload them. */
export async function changeSettings(
  local: Local,
  changes: Readonly<Record<string, string>>,
) {
  const { folder } = local;
  const values = Object.entries(changes)
    .map(([key, raw]) => [key, checkValue(key, raw)] as const);
  makeFolder(folder);
  await writeSettings(folder.config, values);
  const { config, origins } = local.loadConfig();
  const lines = values.map(([key, value]) => {
    const origin = origins.get(key);
    return origin === "file"
      ? `${key} = ${tomlValue(shownValue(key, value))}`
      : `${key} stands in the file, but ${origin} says ${
        tomlValue(shownValue(key, valueAt(config, key)))
      }.`;
  });
  const reload = await local.run(["config", "reload"], {});
  return done(
    Object.fromEntries(
      values.map(([key, value]) => [key, shownValue(key, value)]),
    ),
    ...lines,
    ...(reload.code === CODE.noServer
      ? ["It takes effect when the server starts."]
      : reload.failed
      ? reload.lines
      : effects(
        reload.json as ReloadReport,
        values,
        await askRunning(local) ?? {},
      )),
  );
}

/** Describes which changes apply now, and which after a restart. */
function effects(
  { applied, needRestart }: ReloadReport,
  values: readonly (readonly [string, Value])[],
  running: Readonly<Record<string, Value>>,
): string[] {
  const keys = values.map(([key]) => key);
  const overridden = values.filter(([key, value]) =>
    key in running && !applied.includes(key) && !needRestart.includes(key) &&
    !SETTINGS.get(key)?.secret &&
    JSON.stringify(running[key]) !== JSON.stringify(value)
  );
  const waiting = needRestart.filter((key) => keys.includes(key));
  const others = needRestart.filter((key) => !keys.includes(key));
  return [
    ...(applied.length > 0 ? [`In force now: ${applied.join(", ")}.`] : []),
    ...(waiting.length > 0
      ? [`Takes effect after a restart of the server: ${waiting.join(", ")}.`]
      : applied.length === 0 && overridden.length === 0
      ? ["The running server already uses that value."]
      : []),
    ...overridden.map(([key]) =>
      `The running server keeps ${key} = ${tomlValue(running[key]!)}, which ` +
      "it was started with: a flag or the environment comes before the file."
    ),
    ...(others.length > 0
      ? [`Still waiting for a restart: ${others.join(", ")}.`]
      : []),
  ];
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
