/**
 * Collects the licences of everything in a compiled program, using the source
 * map of its bundle.
 *
 * @module
 */
import { basename, dirname, join, resolve } from "node:path";

/** One package in the bundle. */
export interface Package {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

/** Deno's cache keeps packages in …/npm/REGISTRY/NAME/VERSION/… */
const IN_CACHE =
  /^(.*[/\\]npm[/\\][^/\\]+[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)[/\\](\d[^/\\]*))[/\\]/;

/** Returns the packages named in source maps of bundles, sorted by name. */
export async function packagesIn(
  ...sourceMaps: readonly string[]
): Promise<Package[]> {
  const found = new Map<string, Package>();
  for (const sourceMap of sourceMaps) {
    const { sources } = JSON.parse(await Deno.readTextFile(sourceMap)) as {
      sources: string[];
    };
    for (const source of sources) {
      const path = resolve(dirname(sourceMap), source);
      const [, folder, name = "", version = ""] = IN_CACHE.exec(path) ?? [];
      if (folder === undefined) continue;
      found.set(`${name}@${version}`, { name, version, folder });
    }
  }
  return [...found.values()].sort((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * Returns the text of `THIRD-PARTY.txt`: the name, version and licence of each
 * package.
 *
 * @throws {Error} when a package has no licence file
 */
export async function licences(packages: readonly Package[]): Promise<string> {
  const parts = [
    "This program contains the following packages, and the runtime Deno\n" +
    "(https://deno.com, MIT licence, with V8 and others inside).\n",
  ];
  for (const { name, version, folder } of packages) {
    parts.push(`${name} ${version}\n\n${await licenceOf(name, folder)}`);
  }
  return parts.join(`\n${"-".repeat(72)}\n\n`);
}

async function licenceOf(name: string, folder: string): Promise<string> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && /^licen[cs]e(\.|$)/i.test(entry.name)) {
      return await Deno.readTextFile(join(folder, entry.name));
    }
  }
  const { license } = JSON.parse(
    await Deno.readTextFile(join(folder, "package.json")),
  ) as { license?: string };
  if (license !== undefined) return `Licence: ${license}\n`;
  throw new Error(`the package ${name} names no licence`);
}

/**
 * Removes the paths of this machine from a source map: `lib/server.ts`,
 * `npm:hono@4.13.19/dist/hono.js`.
 */
export async function publishSourceMap(
  from: string,
  to: string,
  root: string,
): Promise<void> {
  const map = JSON.parse(await Deno.readTextFile(from)) as {
    sources: string[];
  };
  map.sources = map.sources.map((source) => {
    const path = resolve(dirname(from), source);
    if (path.startsWith(root)) return path.slice(root.length + 1);
    const match = IN_CACHE.exec(path);
    // Packages that were already bundled name their own sources with any path.
    if (match === null) return `npm:${basename(path)}`;
    return `npm:${match[2]}@${match[3]}/${path.slice(match[0].length)}`;
  });
  await Deno.writeTextFile(to, JSON.stringify(map));
}
