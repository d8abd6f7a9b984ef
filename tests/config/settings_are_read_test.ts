/**
 * Every setting must be used. Live settings have tests of their behaviour
 * (live_settings_test.ts); for the others the code must read `section.name`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { SETTINGS } from "../../lib/config/config.ts";

const LIB = new URL("../../lib/", import.meta.url);

/**
 * Returns the code without comments and strings, where a name does not count.
 */
function code(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")
    .replaceAll(/"(?:[^"\\\n]|\\.)*"/g, '""');
}

async function* sources(folder: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) {
      if (name === "config" || name === "testing") continue;
      yield* sources(new URL(`${name}/`, folder));
    } else if (/\.ts$/.test(name) && !/_test\.ts$|^testing/.test(name)) {
      yield code(await Deno.readTextFile(new URL(name, folder)));
    }
  }
}

Deno.test("every setting that needs a restart is read somewhere", async () => {
  const texts = await Array.fromAsync(sources(LIB));
  const unread = [...SETTINGS].filter(([, { live }]) => !live)
    .map(([key]) => key)
    .filter((key) => {
      const [section, name] = key.split(".");
      const direct = new RegExp(`\\b${section}\\??\\.${name}\\b`);
      const taken = new RegExp(
        `\\{[^{}]*\\b${name}\\b[^{}]*\\}[^;{}]*\\b${section}\\b|` +
          `\\b${section}: \\{[^{}]*\\b${name}\\b`,
      );
      return !texts.some((text) => direct.test(text) || taken.test(text));
    });
  assert.deepEqual(unread, []);
});
