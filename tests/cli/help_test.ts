/**
 * Compares every help text. After an intended change run `UPDATE_SNAPSHOTS=1
 * deno test -A tests/cli/help_test.ts` and read the diff.
 *
 * @module
 */
import { equal, match, ok } from "node:assert/strict";
import { help } from "../../lib/cli/help.ts";
import { ALL } from "../../lib/cli/main.ts";
import { manPage } from "../../lib/cli/man.ts";
import { nextWords, parse } from "../../lib/cli/parse.ts";
import { VERSION } from "../../lib/version.ts";

const FILE = new URL("help.txt", import.meta.url);

function everything(): string {
  const paths = new Set<string>([""]);
  for (const { path, hidden } of ALL) {
    if (hidden) continue;
    for (let i = 1; i <= path.length; i++) {
      paths.add(path.slice(0, i).join(" "));
    }
  }
  return [...paths].map((path) => {
    const words = path === "" ? [] : path.split(" ");
    const line = ["retropal", ...words, "--help"].join(" ");
    return `$ ${line}\n\n${help(words, ALL)}\n`;
  }).join("\n\n").replace(VERSION, "VERSION");
}

Deno.test("every help text is as it was read and found good", async () => {
  const text = everything();
  if (Deno.env.get("UPDATE_SNAPSHOTS")) await Deno.writeTextFile(FILE, text);
  equal(text, await Deno.readTextFile(FILE));
});

Deno.test("every command has an example, and its examples can be parsed", () => {
  for (const { path, examples, hidden } of ALL) {
    if (hidden) continue;
    ok(examples.length > 0, path.join(" "));
    for (const example of examples) {
      match(example, /(^|\s)retropal /);
      const words = example.replace(/^.*?retropal /, "").replace(/ > .*$/, "")
        .match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', "")) ?? [];
      const parsed = parse(words, ALL);
      equal(parsed.kind, "run", `${example}: ${JSON.stringify(parsed)}`);
    }
  }
});

Deno.test("every line of help fits an old terminal", () => {
  for (const line of everything().split("\n")) {
    if (line.startsWith("  retropal ") || line.startsWith("Usage: ")) continue;
    ok([...line].length <= 100, line);
  }
});

Deno.test("every command says what it is without a full stop", () => {
  for (const { path, summary, fields } of ALL) {
    ok(!summary.endsWith("."), path.join(" "));
    for (const { about } of Object.values(fields)) {
      match(about, /[.)]$/, `${path.join(" ")}: ${about}`);
    }
  }
});

Deno.test("the manual page names every command", () => {
  const page = manPage(ALL);
  for (const { path, hidden } of ALL) {
    ok(
      hidden ||
        page.includes(`.SS retropal ${path.join(" ").replaceAll("-", "\\-")}`),
    );
  }
  ok(nextWords(["user"], ALL).includes("add"));
});
