/**
 * Checks that the documents can be followed: commands parse, links lead
 * somewhere, and the sections cited in the code exist.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { CHAT_COMMANDS, chatForm } from "../lib/commands/chat.ts";
import { ALL } from "../lib/cli/main.ts";
import { parse } from "../lib/cli/parse.ts";
import { readInput } from "../lib/commands/read_input.ts";
import { splitWords } from "../lib/commands/words.ts";
import { SETTINGS } from "../lib/config/config.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DOCUMENTS = [
  ...["README.md", "CHANGELOG.md", "SECURITY.md"].map((name) =>
    join(ROOT, name)
  ),
  ...filesUnder(join(ROOT, "docs"), ".md"),
];

function filesUnder(folder: string, ending: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return filesUnder(path, ending);
    return name.endsWith(ending) ? [path] : [];
  }).sort();
}

function named(path: string): string {
  return relative(ROOT, path);
}

/** Returns the code blocks of one language, without their fences. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(/^ *```(\w*)\n(.*?)^ *```/gms)]
    .flatMap(([, kind, body]) => kind === language ? [body ?? ""] : []);
}

/** Returns the text without code blocks, which are not Markdown. */
function withoutBlocks(text: string): string {
  return text.replaceAll(/^ *```.*?^ *```/gms, "");
}

/** Returns the words after `retropal`, up to shell syntax. */
function commandLines(block: string): string[][] {
  return block.split("\n").flatMap((line) => {
    const command = /(?:^|\| *|sudo )\s*(?:\.\/dist\/)?retropal +(.*)$/
      .exec(
        line.replace(/ +# .*$/, "")
          .replaceAll(/\$\([^)]*\)/g, "X"),
      )?.[1]?.replace(/ [>|] .*$/, "");
    return command === undefined
      ? []
      : [splitWords(command).map(({ text }) => text)];
  });
}

for (const path of DOCUMENTS) {
  const text = Deno.readTextFileSync(path);

  Deno.test(`${named(path)}: every command line can be typed`, () => {
    for (const words of blocks(text, "sh").flatMap(commandLines)) {
      const line = `retropal ${words.join(" ")}`;
      const parsed = parse(words, ALL);
      ok(parsed.kind !== "error", `${line}: ${JSON.stringify(parsed)}`);
      if (parsed.kind !== "run") continue;
      const { fields } = parsed.command;
      const readsFile = Object.values(fields).some(({ reads }) => reads);
      if (!readsFile) readInput(fields, parsed.raw);
      if (words[0] === "config" && words[1] === "set") {
        ok(SETTINGS.has(words[2] ?? ""), line);
      }
    }
  });

  Deno.test(`${named(path)}: every subcommand that is named exists`, () => {
    for (
      const [, words = ""] of withoutBlocks(text).matchAll(
        /`retropal ((?:[a-z]+(?:-[a-z]+)* ?)+)/g,
      )
    ) {
      const [first, second] = words.trim().split(" ");
      const group = ALL.filter((one) => one.path[0] === first);
      ok(group.length > 0, `retropal ${words}`);
      if (second === undefined || group.some((one) => one.path.length === 1)) {
        continue;
      }
      ok(group.some((one) => one.path[1] === second), `retropal ${words}`);
    }
  });

  Deno.test(`${named(path)}: every link and anchor leads somewhere`, () => {
    for (
      const [, target = ""] of withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)
    ) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = "", anchor] = target.split("#");
      const to = file === "" ? path : join(dirname(path), file);
      ok(exists(to), `${target} is not there`);
      if (anchor === undefined) continue;
      ok(anchors(Deno.readTextFileSync(to)).has(anchor), `no ${target}`);
    }
  });

  Deno.test(`${named(path)}: every setting that is named exists`, () => {
    const sections = new Set(
      [...SETTINGS.keys()].map((key) => key.split(".")[0]),
    );
    for (const [, key = ""] of text.matchAll(/`([a-z]+\.[a-z_0-9]+)\b/g)) {
      const [section] = key.split(".");
      if (!sections.has(section) || /\.(ts|md|db|toml)$/.test(key)) continue;
      ok(SETTINGS.has(key), key);
    }
  });
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Returns the anchors that common Markdown hosts generate for headings. */
function anchors(text: string): Set<string> {
  const seen = new Map<string, number>();
  const all = new Set<string>();
  for (const [, heading = ""] of withoutBlocks(text).matchAll(/^#+ (.*)$/gm)) {
    const plain = heading.toLowerCase().replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
    const times = seen.get(plain) ?? 0;
    seen.set(plain, times + 1);
    all.add(times === 0 ? plain : `${plain}-${times}`);
  }
  return all;
}

Deno.test("docs/administration.md names every subcommand", () => {
  const text = Deno.readTextFileSync(join(ROOT, "docs/administration.md"));
  for (const { path, hidden } of ALL) {
    if (hidden) continue;
    const line = path.join(" ");
    ok(text.includes(`retropal ${line}`) || NAMED_ELSEWHERE.has(line), line);
  }
});

/** Commands documented in docs/hosting.md. */
const NAMED_ELSEWHERE = new Set(["service", "update", "version"]);

Deno.test("docs/administration.md has the chat commands as they are", () => {
  const text = Deno.readTextFileSync(join(ROOT, "docs/administration.md"));
  const rows = [...text.matchAll(/^\| `(\/[^`]*)` +\| (\w+) +\|/gm)]
    .map(([, form, role]) => `${form} ${role}`);
  deepEqual(
    rows.sort(),
    CHAT_COMMANDS.map((one) => `${chatForm(one)} ${one.chat?.role}`).sort(),
  );
});

Deno.test("docs/hosting.md has the fail2ban filter that is shipped", async () => {
  const { FAIL2BAN_FAILREGEX } = await import("../lib/cli/service/units.ts");
  const text = Deno.readTextFileSync(join(ROOT, "docs/hosting.md"));
  ok(text.includes(FAIL2BAN_FAILREGEX));
});

Deno.test("the code cites sections of docs/protocol.md that are there", () => {
  const protocol = Deno.readTextFileSync(join(ROOT, "docs/protocol.md"));
  const sections = new Set(
    [...protocol.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading),
  );
  let cited = 0;
  for (const folder of ["lib", "db", "tests", "scripts", "web"]) {
    for (const path of filesUnder(join(ROOT, folder), ".ts")) {
      const text = Deno.readTextFileSync(path).replaceAll(
        /\n\s*(\*|\/\/)/g,
        "",
      );
      for (
        const [, list = ""] of text.matchAll(
          /docs\/protocol\.md,((?:\s*(?:and)?\s*"[^"\n]*",?)+)/g,
        )
      ) {
        for (const [, section = ""] of list.matchAll(/"([^"]*)"/g)) {
          cited++;
          ok(sections.has(section), `${named(path)} cites "${section}"`);
        }
      }
      for (const [, file = ""] of text.matchAll(/(docs\/adr\/[\w-]+\.md)/g)) {
        ok(exists(join(ROOT, file)), `${named(path)} cites ${file}`);
      }
    }
  }
  ok(cited > 0);
});

Deno.test("deno.json has the tasks that the documents name", () => {
  const { tasks } = JSON.parse(
    Deno.readTextFileSync(join(ROOT, "deno.json")),
  );
  for (const path of DOCUMENTS) {
    const text = Deno.readTextFileSync(path);
    for (
      const [, task = ""] of text.matchAll(/deno(?:@[\d.]+)? task ([a-z]+)/g)
    ) {
      equal(typeof tasks[task], "string", `${named(path)}: deno task ${task}`);
    }
  }
});
