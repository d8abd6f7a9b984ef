/**
 * What belongs to a new packet, command, floor mode or dialect by
 * CONTRIBUTING.md, and would not be missed by the tests of the parts.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import { TABLE } from "../lib/chat/dispatch.ts";
import { CHAT_COMMANDS } from "../lib/commands/chat.ts";
import { COMMANDS } from "../lib/commands/table.ts";
import { FLOOR_MODE_NAMES } from "../lib/domain/floor_modes.ts";
import type { Dialect } from "../lib/protocol/dialects/dialect.ts";
import { dialectNamed } from "../lib/protocol/dialects/table.ts";
import { CLIENT_TYPES, SERVER_TYPES } from "../lib/protocol/packet_types.ts";

const ROOT = new URL("../", import.meta.url);

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

function filesOf(folder: string, ending = ".ts"): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap((
    { name, isDirectory },
  ) =>
    isDirectory
      ? filesOf(`${folder}/${name}`, ending)
      : name.endsWith(ending)
      ? [`${folder}/${name}`]
      : []
  );
}

/** Everything that the files of a folder export. */
async function* exportsOf(folder: string): AsyncGenerator<[string, unknown]> {
  for (const path of filesOf(folder)) {
    if (path.endsWith("_test.ts")) continue;
    const module: Record<string, unknown> = await import(
      new URL(path, ROOT).href
    );
    for (const value of Object.values(module)) yield [path, value];
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

Deno.test("docs/protocol.md has a row for every packet", () => {
  const rows = new Set(
    [
      ...read("docs/protocol.md").matchAll(
        /^\| (-?\d+) +\| ([0-9A-F]{4}) \| (\w+) /gm,
      ),
    ].map(([, type, hex, name]) => `${type} ${hex} ${name}`),
  );
  const packets = Object.entries({ ...CLIENT_TYPES, ...SERVER_TYPES })
    .map(([name, { type }]) => {
      const hex = (type & 0xffff).toString(16).padStart(4, "0").toUpperCase();
      return `${type} ${hex} ${name}`;
    });
  deepEqual(packets.filter((packet) => !rows.has(packet)), []);
});

Deno.test("a test of lib/chat sends every packet that has an effect", () => {
  const tests = filesOf("lib/chat", "_test.ts").map(read).join("\n");
  const untested = TABLE.filter(({ ignored, name }) =>
    !ignored && !new RegExp(`"${name}"|TYPES\\.${name}\\b`).test(tests)
  ).map(({ name }) => name);
  deepEqual(untested, []);
});

Deno.test("every command of lib/commands is in the table or is one of chat", async () => {
  const known = new Set<unknown>([...COMMANDS, ...CHAT_COMMANDS]);
  let found = 0;
  for await (const [path, value] of exportsOf("lib/commands")) {
    if (!isObject(value) || !("path" in value && "run" in value)) continue;
    found++;
    ok(known.has(value), `${path}: ${value.path} is in no table`);
  }
  ok(found >= COMMANDS.length);
});

Deno.test("every dialect is in the table, in docs/protocol.md, and tested", async () => {
  const document = read("docs/protocol.md");
  const tests = read("lib/protocol/dialects/dialects_test.ts");
  let found = 0;
  for await (const [path, value] of exportsOf("lib/protocol/dialects")) {
    if (!isObject(value) || !("client" in value)) continue;
    found++;
    const { client } = value as unknown as Dialect;
    deepEqual(dialectNamed(client), value, `${path}: ${client} has no row`);
    ok(document.includes(`\n| ${client} `), `${client} is not documented`);
    const name = path.split("/").at(-1)!;
    ok(tests.includes(`from "./${name}"`), `${client} has no test`);
  }
  ok(found >= 3);
});

Deno.test("docs/administration.md explains every floor mode", () => {
  const floor = read("docs/administration.md").split("\n- ")
    .find((item) => item.startsWith("`--floor`")) ?? "";
  deepEqual(
    FLOOR_MODE_NAMES.filter((mode) => !floor.includes(`\`${mode}\``)),
    [],
  );
});

Deno.test("CONTRIBUTING.md names files that exist", () => {
  const named = [
    ...read("CONTRIBUTING.md").matchAll(
      /`((?:lib|db|docs|tests|scripts|web|main)[\w-]*(?:\/[\w.-]+)*\/?)`/g,
    ),
  ].map(([, path]) => path!).filter((path) => !path.includes("NNN"));
  ok(named.length > 25);
  for (const path of named) Deno.statSync(new URL(path, ROOT));
});
