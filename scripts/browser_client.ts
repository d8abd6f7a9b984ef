/**
 * Bundles the page /chat (web/chat) for browsers into dist/chat/assets.json,
 * where the server finds it. `deno task start` runs this first, and `deno task
 * compile` embeds the result. Does nothing when no source has changed.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { readOptions } from "./options.ts";
import { ROOT } from "./root.ts";

const USAGE = `Bundles the browser client into dist/chat/assets.json.

usage: deno task chat
`;

const FOLDER = join(ROOT, "dist/chat");
/** Read by lib/web/chat/browser_client.ts. */
export const ASSETS = join(FOLDER, "assets.json");
const ENTRIES: Readonly<Record<string, string>> = {
  "chat.js": "web/chat/main.tsx",
  "microphone.js": "web/chat/voice/worklet.ts",
};
/** Concatenated in this order; rules for narrow windows come last. */
const STYLES = [
  "web/chat/room.css",
  "web/chat/chat.css",
  "web/chat/narrow.css",
];
/** The Deno that bundles: this one, unless RETROPAL_BUNDLER names another. */
const BUNDLER = Deno.env.get("RETROPAL_BUNDLER") ?? Deno.execPath();
/** Sources of the bundles. */
const SOURCES = ["web/chat", "lib/client", "lib/codec", "lib/protocol"];

/**
 * Returns the path of a file's source map, which names the bundled packages.
 */
function sourceMapOf(name: string): string {
  return join(FOLDER, `${name}.map`);
}

export const SOURCE_MAPS: readonly string[] = Object.keys(ENTRIES)
  .map(sourceMapOf);

/** Bundles if a source has changed. Returns the JSON of all files. */
export async function buildBrowserClient(): Promise<string> {
  const key = await keyOfSources();
  const built = await Deno.readTextFile(ASSETS).catch(() => undefined);
  if (built !== undefined && JSON.parse(built).key === key) return built;
  await Deno.mkdir(FOLDER, { recursive: true });
  const files: Record<string, string> = {
    "chat.css": (await Promise.all(
      STYLES.map((style) => Deno.readTextFile(join(ROOT, style))),
    )).join("\n"),
  };
  for (const [name, source] of Object.entries(ENTRIES)) {
    files[name] = await bundle(name, source);
  }
  const json = JSON.stringify({ key, files });
  // Written atomically, because another build may be reading it.
  const fresh = await Deno.makeTempFile({ dir: FOLDER });
  await Deno.writeTextFile(fresh, json);
  if (Deno.build.os !== "windows") await Deno.chmod(fresh, 0o644);
  await Deno.rename(fresh, ASSETS);
  return json;
}

async function bundle(name: string, source: string): Promise<string> {
  const output = await Deno.makeTempFile({ dir: FOLDER, suffix: ".js" });
  try {
    const { success } = await new Deno.Command(BUNDLER, {
      cwd: ROOT,
      args: [
        ...["bundle", "--quiet", "--platform", "browser", "--minify"],
        ...["--sourcemap=external", "--output", output, source],
      ],
      stdout: "null",
    }).spawn().status;
    if (!success) throw new Error(`could not bundle ${source}`);
    await Deno.rename(`${output}.map`, sourceMapOf(name));
    return await Deno.readTextFile(output);
  } finally {
    await Deno.remove(output).catch(() => {});
  }
}

async function keyOfSources(): Promise<string> {
  const hash = createHash("sha256").update(
    `${Deno.version.deno} ${BUNDLER}`,
  );
  const files: string[] = [];
  for (const folder of SOURCES) await list(join(ROOT, folder), files);
  for (const file of files.sort()) {
    hash.update(file.slice(ROOT.length)).update("\0");
    hash.update(await Deno.readFile(file));
  }
  return hash.digest("hex");
}

async function list(folder: string, files: string[]): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) await list(path, files);
    else if (!name.endsWith("_test.ts")) files.push(path);
  }
}

if (import.meta.main) {
  readOptions(USAGE, {});
  await buildBrowserClient();
}
