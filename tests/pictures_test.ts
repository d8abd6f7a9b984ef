/**
 * Checks the pictures of the documents: `deno task pictures` takes each of
 * them, and none is missing, unused or too large.
 */
import { deepEqual, match, ok } from "node:assert/strict";
import { SHOTS } from "../scripts/desk_pictures.ts";

const ROOT = new URL("../", import.meta.url);
const FOLDER = new URL("docs/pictures/", ROOT);
const MOST_BYTES = 100_000;
const MOST_IN_ALL = 800_000;

const files = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();

/** Returns the names of pictures in the documents. */
async function named(): Promise<string[]> {
  const names = new Set<string>();
  for (const { name } of Deno.readDirSync(new URL("docs/", ROOT))) {
    if (!name.endsWith(".md")) continue;
    const text = await Deno.readTextFile(new URL(`docs/${name}`, ROOT));
    for (
      const [, words = "", picture = ""] of text.matchAll(
        /!\[([^\]]*)\]\(pictures\/([^)]+)\)/g,
      )
    ) {
      ok(
        words.length > 5,
        `${picture} of ${name} needs words for those who cannot see it`,
      );
      names.add(picture);
    }
  }
  return [...names].sort();
}

Deno.test("each picture named in the documents is there, and no other", async () => {
  deepEqual(await named(), files);
});

Deno.test("the task takes each picture", async () => {
  const chat = await Deno.readTextFile(new URL("scripts/pictures.ts", ROOT));
  const taken = [
    ...[...chat.matchAll(/save\(\w+, "([\w-]+)"\)/g)].map(([, name]) =>
      `${name}.webp`
    ),
    ...SHOTS.map(({ name }) => `${name}.webp`),
  ];
  deepEqual(taken.sort(), files);
  const { tasks } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  match(tasks.pictures, /TZ=UTC .*scripts\/pictures\.ts/);
});

Deno.test("pictures are small, and of the kind that their name says", async () => {
  let all = 0;
  for (const name of files) {
    const bytes = await Deno.readFile(new URL(name, FOLDER));
    const head = String.fromCharCode(...bytes.subarray(0, 12));
    match(head, /^RIFF.{4}WEBP/s, name);
    ok(bytes.length <= MOST_BYTES, `${name} has ${bytes.length} bytes`);
    all += bytes.length;
  }
  ok(all <= MOST_IN_ALL, `${all} bytes in all`);
});
