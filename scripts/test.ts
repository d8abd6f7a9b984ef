/**
 * Runs the tests. Many of them wait for timeouts, sockets and processes, so
 * three times as many files as there are processors run at the same time.
 *
 * Each module that `deno test` is given has an isolate of its own, and loading
 * the server into it costs more than most files of lib and db take: those of
 * one folder share one. The files of tests wait longest and start first, so
 * that the short ones fill the processors until the end.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program for people
import { join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { readOptions } from "./options.ts";
import { ROOT } from "./root.ts";

const USAGE = `Runs the tests, without type checking (that is deno task check).

usage: deno task test [--filter TEXT] [FILE OR FOLDER]...

  --filter TEXT   run only tests whose name contains TEXT
`;

/** In the order in which they start: what waits longest is first. */
const EVERYTHING = [
  ...["tests/web", "tests/config", "lib/cluster", "tests", "lib", "db"],
];
/** Folders whose test files share an isolate with those beside them. */
const SHARED = ["lib", "db"];
/** Test files that run at the same time, for each processor. */
const FILES_PER_PROCESSOR = 3;

function byName(a: Deno.DirEntry, b: Deno.DirEntry): number {
  return a.name < b.name ? -1 : 1;
}

/** Returns the test files in a folder and below, by the folder they are in. */
async function testFiles(
  folder: string,
  found = new Map<string, string[]>(),
): Promise<Map<string, string[]>> {
  const files: string[] = [];
  const entries = await Array.fromAsync(Deno.readDir(folder));
  for (const { name, isDirectory } of entries.sort(byName)) {
    const path = join(folder, name);
    if (isDirectory) await testFiles(path, found);
    else if (name.endsWith("_test.ts")) files.push(path);
  }
  if (files.length > 0) found.set(folder, files);
  return found;
}

/** Test files that share an isolate, and a name for it. */
interface Group {
  readonly name: string;
  readonly files: readonly string[];
}

/** Returns the groups of a folder, or of a file that was asked for. */
async function groupsOf(path: string): Promise<Group[]> {
  const whole = resolve(ROOT, path);
  const nameOf = (path: string) => relative(ROOT, path).replaceAll(sep, "_");
  const isFolder = await Deno.stat(whole).then(
    (found) => found.isDirectory,
    // Deno says what is wrong with the name.
    () => false,
  );
  if (!isFolder) return [{ name: nameOf(whole), files: [whole] }];
  const folders = await testFiles(whole);
  if (SHARED.includes(relative(ROOT, whole).split(sep)[0]!)) {
    return Array.from(
      folders,
      ([at, files]) => ({ name: `${nameOf(at)}_test.ts`, files }),
    );
  }
  return [...folders.values()].flat()
    .map((file) => ({ name: nameOf(file), files: [file] }));
}

/**
 * Writes a module for each group and returns their paths. Deno starts files
 * with longer paths first, and keeps the order of those that are equally long.
 */
async function writeModules(
  groups: readonly Group[],
  folder: string,
): Promise<string[]> {
  const longest = Math.max(...groups.map(({ name }) => name.length));
  return await Promise.all(groups.map(async ({ name, files }) => {
    const path = join(folder, name.padStart(longest, "_"));
    const imports = files.map((file) =>
      `import ${JSON.stringify(pathToFileURL(file).href)};\n`
    );
    await Deno.writeTextFile(path, imports.join(""));
    return path;
  }));
}

const { values, positionals } = readOptions(USAGE, {
  filter: { type: "string" },
}, { words: true });

/** Returns the groups of these paths; what is named twice is there once. */
async function groupsAt(paths: readonly string[]): Promise<Group[]> {
  const groups = new Map<string, Group>();
  for (const path of paths) {
    for (const group of await groupsOf(path)) {
      if (!groups.has(group.name)) groups.set(group.name, group);
    }
  }
  return [...groups.values()];
}

/** Runs the groups and returns the exit code of `deno test`. */
async function run(groups: readonly Group[], filter?: string): Promise<number> {
  const scratch = await Deno.makeTempDir({ prefix: "retropal-tests-" });
  try {
    const modules = await writeModules(groups, scratch);
    const { code } = await new Deno.Command(Deno.execPath(), {
      cwd: ROOT,
      args: [
        ...["test", "--allow-all", "--parallel", "--no-check"],
        // deno.lock has no packages of tests: `deno task start` would fetch
        // them.
        "--lock=tests/deno.lock",
        ...(filter === undefined ? [] : ["--filter", filter]),
        ...modules,
      ],
      env: {
        DENO_JOBS: String(FILES_PER_PROCESSOR * navigator.hardwareConcurrency),
      },
    }).spawn().status;
    return code;
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

const groups = await groupsAt(
  positionals.length > 0 ? positionals : EVERYTHING,
);
if (groups.length === 0) {
  console.error(`There are no tests in ${positionals.join(" ")}.`);
  Deno.exit(1);
}
Deno.exit(await run(groups, values.filter));
