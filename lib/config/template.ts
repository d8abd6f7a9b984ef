/**
 * The text of `retropal.toml`: generates it with a comment for each setting,
 * and edits it line by line, so that the host's own comments are kept.
 *
 * @module
 */
import { environmentName, SETTINGS } from "./config.ts";
import { SECTIONS } from "./schema.ts";
import type { Value } from "./setting.ts";
import { tomlValue } from "./toml.ts";

const WIDTH = 78;

/**
 * Returns the file for a new server: every setting with its description.
 * Settings with their default value are commented out, so that later releases
 * can change the default.
 */
export function configTemplate(
  values: Readonly<Record<string, Value>> = {},
): string {
  const lines = [
    ...comment(
      "Settings of this retropal server. Lines that begin with # are " +
        "ignored: remove the # to change a setting. Flags and the " +
        "environment come before this file; `retropal config show` shows the " +
        "values in force and their sources, `retropal config check` whether " +
        "it is right. Settings marked (live) change while the server runs: " +
        "`retropal config reload`, or SIGHUP.",
    ),
  ];
  let current = "";
  for (const [key, setting] of SETTINGS) {
    const [section = "", name = ""] = key.split(".");
    if (section !== current) {
      current = section;
      lines.push("", "", `[${section}]`);
      lines.push(...comment(SECTIONS[section as keyof typeof SECTIONS]));
    }
    const value = values[key];
    lines.push(
      "",
      ...comment(setting.about),
      ...comment(
        `Allowed: ${setting.allowed}. Example: ${setting.example}. ` +
          `Environment: ${environmentName(key)}.${
            setting.live ? " (live)" : ""
          }`,
      ),
      value === undefined
        ? `#${name} = ${tomlValue(setting.default)}`
        : `${name} = ${tomlValue(value)}`,
    );
  }
  return lines.join("\n") + "\n";
}

/** Returns the text with one setting changed and everything else kept. */
export function withSetting(text: string, key: string, value: Value): string {
  const [section = "", name = ""] = key.split(".");
  const line = `${name} = ${tomlValue(value)}`;
  const lines = text.split("\n");
  const start = lines.findIndex((one) =>
    new RegExp(`^\\s*\\[\\s*${section}\\s*\\]`).test(one)
  );
  if (start < 0) {
    return `${text.replace(/\n*$/, "\n")}\n[${section}]\n${line}\n`;
  }
  let end = lines.findIndex((one, i) => i > start && /^\s*\[/.test(one));
  if (end < 0) end = lines.length;
  const active = new RegExp(`^\\s*${name}\\s*=`);
  const silent = new RegExp(`^\\s*#\\s?${name}\\s*=`);
  const find = (pattern: RegExp) =>
    lines.findIndex((one, i) => i > start && i < end && pattern.test(one));
  const at = find(active) >= 0 ? find(active) : find(silent);
  if (at < 0) lines.splice(start + 1, 0, line);
  else lines.splice(at, valueLines(lines, at), line);
  return lines.join("\n");
}

/**
 * Returns the number of lines of a value: a list can span several, up to its
 * closing bracket.
 */
function valueLines(lines: readonly string[], at: number): number {
  const first = lines[at] ?? "";
  if (!/=\s*\[/.test(first) || /^\s*#/.test(first)) return 1;
  let count = 1;
  while (
    !/\]\s*(#.*)?$/.test(lines[at + count - 1] ?? "]") &&
    at + count < lines.length
  ) count++;
  return count;
}

function comment(text: string): string[] {
  const lines: string[] = [];
  let line = "#";
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = "#";
    }
    line += " " + word;
  }
  lines.push(line);
  return lines;
}
