/**
 * Words of an earlier, archaic style in texts for users and in comments. The
 * style guide is in CONTRIBUTING.md.
 *
 * @module
 */
import { deepEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { configTemplate } from "../lib/config/template.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Pattern, and the recommended replacement. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\b(he|him|his|himself)\b/i, "they, the user, the client"],
  [/\bwhoever\b/i, "anybody who, users who"],
  [/\bo(n|ff) line\b/i, "online, offline"],
  [/\bfor (good|ever)\b/i, "permanently"],
  [/\banew\b|\bonce more\b/i, "again"],
  [/\bno more\b(?! than)/i, "no longer"],
  [/\bis to (be|have)\b/i, "a noun: the new nickname"],
  [/^[#\s]*As how many\b/i, "cost of …, in packets"],
  [/^[#\s]*By when\b/i, "time allowed to …, in seconds"],
  [/\belder\b/i, "older"],
  [/\byoungest\b/i, "newest"],
  [/\bmend(s|ed|ing)?\b/i, "fix, correct, repair"],
  [/\bdear(er|est)?\b/i, "expensive, costly"],
  [/\b(stood|stands?|standing) still\b/i, "is blocked, is suspended"],
  [/\bin the place of\b/i, "replaces, instead of"],
];

/** Generated files, or files that quote the client's texts. */
const QUOTING = new Set(["compatibility.md"]);

const TEXTS: readonly (readonly [string, string])[] = [
  ["tests/cli/help.txt", await read("tests/cli/help.txt")],
  ["retropal.toml", configTemplate()],
  ["README.md", await read("README.md")],
  ["CONTRIBUTING.md", withoutStyle(await read("CONTRIBUTING.md"))],
  ["SECURITY.md", await read("SECURITY.md")],
  ["CHANGELOG.md", await read("CHANGELOG.md")],
  ...await Promise.all(
    ["docs", "docs/adr"].flatMap((folder) =>
      [...Deno.readDirSync(`${ROOT}/${folder}`)]
        .filter(({ name }) => name.endsWith(".md") && !QUOTING.has(name))
        .map(async ({ name }) =>
          [`${folder}/${name}`, await read(`${folder}/${name}`)] as const
        )
    ),
  ),
  ...await Promise.all(
    ["db", "lib", "scripts", "web"].map(async (folder) =>
      [`Comments in ${folder}/`, await comments(folder)] as const
    ),
  ),
];

/** Returns all comment lines in a folder's files. */
async function comments(folder: string): Promise<string> {
  const lines: string[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(`${ROOT}/${folder}`)) {
    const path = `${folder}/${name}`;
    if (name === "node_modules") continue;
    if (isDirectory) lines.push(await comments(path));
    else if (/\.tsx?$/.test(name)) {
      const found = (await read(path)).match(/^\s*(\/\/|\/?\*).*$/gm) ?? [];
      lines.push(...found.map((line) => `${path}: ${line.trim()}`));
    }
  }
  return lines.join("\n");
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(`${ROOT}/${path}`);
}

/** Removes the section about style, which names the words to avoid. */
function withoutStyle(text: string): string {
  return text.replace(/^## English$[\s\S]*?(?=^## )/m, "");
}

/** Comments may use "no more", as in "accepts no more bytes". */
function wordsFor(name: string): typeof WORDS {
  return name.startsWith("Comments")
    ? WORDS.filter(([, better]) => better !== "no longer")
    : WORDS;
}

for (const [name, text] of TEXTS) {
  Deno.test(`${name} is in plain English`, () => {
    const found = text.split("\n").flatMap((line, i) =>
      wordsFor(name).filter(([word]) => word.test(line))
        .map(([, better]) => `line ${i + 1}: ${line.trim()} (write ${better})`)
    );
    deepEqual(found, []);
  });
}
