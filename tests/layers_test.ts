/**
 * Checks the order of folders: each may import only those above it in the
 * table; no two files import each other, including types; and README names
 * every folder.
 *
 * @module
 */
import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";

const ROOT = new URL("../", import.meta.url).pathname;

/** From the lowest layer up. */
const LAYERS = [
  "lib/version.ts",
  "web/assets",
  "lib/protocol",
  "lib/codec",
  "lib/net",
  "lib/domain",
  "lib/ops",
  "db",
  "lib/config",
  "lib/upkeep",
  "lib/mail",
  "lib/tls",
  "lib/actions",
  "lib/voice",
  "lib/video",
  // The messages between gateways and a core, which the chat edge writes.
  "lib/cluster/fields.ts",
  "lib/cluster/wire.ts",
  "lib/chat",
  "lib/files",
  "lib/commands",
  "lib/control",
  "lib/web",
  "lib/client",
  "lib/inspect",
  "lib/server",
  "lib/cluster",
  "lib/cli",
  "main.ts",
  "web/chat",
] as const;

/** These folders and their imports do not access the machine they run on. */
const PURE = ["lib/protocol", "lib/domain", "lib/codec"];

interface SourceFile {
  readonly text: string;
  /** Project files that it imports, including types. */
  readonly imports: readonly string[];
}

function* walk(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(join(ROOT, folder))) {
    const path = join(folder, name);
    if (isDirectory) yield* walk(path);
    else yield path;
  }
}

function importsOf(path: string, text: string): string[] {
  const found = text.matchAll(
    /^(?:import|export)\b[^;"]*?from\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)"|\bimport\(\s*"(\.[^"]+)"/gm,
  );
  return [...found].map(([, from, bare, called]) =>
    join(dirname(path), (from ?? bare ?? called)!)
  );
}

const FILES: ReadonlyMap<string, SourceFile> = new Map(
  ["main.ts", ...["lib", "db", "web"].flatMap((folder) => [...walk(folder)])]
    .filter((path) => /\.tsx?$/.test(path) && !/_test\.tsx?$/.test(path))
    .map((path) => {
      const text = Deno.readTextFileSync(join(ROOT, path));
      return [path, { text, imports: importsOf(path, text) }];
    }),
);

function layerOf(path: string): string | undefined {
  return LAYERS.find((layer) => path === layer || path.startsWith(`${layer}/`));
}

Deno.test("the table of layers has every folder, and only folders that exist", () => {
  const lost = [...FILES.keys()].filter((path) => layerOf(path) === undefined);
  assert.deepEqual(lost, []);
  const used = new Set([...FILES.keys()].map(layerOf));
  const empty = LAYERS.filter((one) => !used.has(one) && one !== "web/assets");
  assert.deepEqual(empty, []);
});

Deno.test("no import leads to a layer above", () => {
  const rank = (path: string) =>
    LAYERS.findIndex((layer) => layer === layerOf(path));
  const upward = [...FILES].flatMap(([path, { imports }]) =>
    imports.filter((to) => rank(to) > rank(path))
      .map((to) => `${path} imports ${to}`)
  );
  assert.deepEqual(upward, []);
});

Deno.test("no file imports itself by way of others, types included", () => {
  assert.deepEqual(cycles(), []);
});

/** Returns each cycle once, as "a → b → a". */
function cycles(): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (path: string) => {
    const at = way.indexOf(path);
    if (at >= 0) found.push([...way.slice(at), path].join(" → "));
    if (at >= 0 || done.has(path)) return;
    way.push(path);
    for (const to of FILES.get(path)?.imports ?? []) visit(to);
    way.pop();
    done.add(path);
  };
  for (const path of FILES.keys()) visit(path);
  return found;
}

Deno.test("protocol, domain and codec use nothing of the machine", () => {
  const reached = new Set<string>();
  const reach = (path: string) => {
    if (reached.has(path)) return;
    reached.add(path);
    FILES.get(path)?.imports.forEach(reach);
  };
  for (const path of FILES.keys()) {
    if (PURE.includes(layerOf(path) ?? "")) reach(path);
  }
  assert.ok(reached.size > 80, "files found");
  const impure = [...reached].filter((path) => {
    const code = (FILES.get(path)?.text ?? "")
      .replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, "");
    return /\bDeno\.|"node:|\bDate\.now\(|\bnew Date\(\)|\bperformance\.|\bsetTimeout\(|\bsetInterval\(|\bfetch\(|\bMath\.random\(/
      .test(code);
  });
  assert.deepEqual(impure, []);
});

Deno.test("README's layout is that of the tree", () => {
  const readme = Deno.readTextFileSync(join(ROOT, "README.md"));
  const named = [...readme.matchAll(/^\| `([\w/.]+)` +\|/gm)]
    .map(([, path]) => path!.replace(/\/$/, ""));
  for (const path of named) Deno.statSync(join(ROOT, path));
  const folders = ["lib", "web"].flatMap((top) =>
    [...Deno.readDirSync(join(ROOT, top))]
      .filter(({ isDirectory }) => isDirectory)
      .map(({ name }) => relative(ROOT, join(ROOT, top, name)))
  );
  const top = [...Deno.readDirSync(ROOT)]
    .filter(({ name, isDirectory }) =>
      isDirectory && !/^(\..*|lib|web|docs|dist|node_modules|retropal-data)$/
        .test(name)
    ).map(({ name }) => name);
  assert.deepEqual(
    [...folders, ...top].filter((one) => !named.includes(one)),
    [],
  );
});

/** A longer file has a seam to be split at. */
const MOST_LINES = 350;
Deno.test(`no file of the product is longer than ${MOST_LINES} lines`, () => {
  const styles = [...walk("web")].filter((path) => path.endsWith(".css"));
  const scripts = [...walk("web")].filter((path) => path.endsWith(".js"));
  const others = [...walk("scripts")].filter((path) => path.endsWith(".ts"));
  const long = [...FILES.keys(), ...styles, ...scripts, ...others]
    .map((path) => {
      const text = Deno.readTextFileSync(join(ROOT, path));
      return [path, text.split("\n").length - 1] as const;
    })
    .filter(([, lines]) => lines > MOST_LINES);
  assert.deepEqual(long, []);
});
