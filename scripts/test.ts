/**
 * Runs the tests. Many of them wait for timeouts, sockets and processes, so
 * three times as many files as there are processors run at the same time.
 *
 * Each file that `deno test` is given has an isolate of its own, and loading
 * the server into it costs more than most files of lib and db take: those of
 * one folder share one. The files of tests wait longest and start first, so
 * that the short ones fill the processors until the end.
 *
 * @module
 */
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { readOptions } from "./options.ts";
import { ROOT } from "./root.ts";

const USAGE = `Runs the tests, without type checking (that is deno task check).

usage: deno task test [--filter TEXT] [FILE OR FOLDER]...

  --filter TEXT   run only tests whose name contains TEXT
`;

const EVERYTHING = ["tests", "lib", "db"];
/** Folders whose test files share an isolate with those beside them. */
const SHARED = ["lib", "db"];
/** Test files that run at the same time, for each processor. */
const FILES_PER_PROCESSOR = 3;

/** Returns the test files in a folder and below, by the folder they are in. */
async function testFiles(
  folder: string,
  found = new Map<string, string[]>(),
): Promise<Map<string, string[]>> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) await testFiles(path, found);
    else if (name.endsWith("_test.ts")) files.push(path);
  }
  if (files.length > 0) found.set(folder, files.sort());
  return found;
}

/** Writes a module to `scratch` for each folder, which imports its tests. */
async function joinFiles(folder: string, scratch: string): Promise<string[]> {
  const modules: string[] = [];
  for (const [at, files] of await testFiles(join(ROOT, folder))) {
    const name = relative(ROOT, at).replaceAll(/[/\\]/g, "_");
    const path = join(scratch, `${name}_test.ts`);
    const imports = files.map((file) =>
      `import ${JSON.stringify(pathToFileURL(file).href)};\n`
    );
    await Deno.writeTextFile(path, imports.join(""));
    modules.push(path);
  }
  return modules.sort();
}

const { values, positionals } = readOptions(USAGE, {
  filter: { type: "string" },
}, { words: true });

const scratch = await Deno.makeTempDir({ prefix: "retropal-tests-" });
let code: number;
try {
  const paths: string[] = [];
  for (const path of positionals.length > 0 ? positionals : EVERYTHING) {
    const isShared = SHARED.includes(path);
    paths.push(...isShared ? await joinFiles(path, scratch) : [path]);
  }
  ({ code } = await new Deno.Command(Deno.execPath(), {
    cwd: ROOT,
    args: [
      ...["test", "--allow-all", "--parallel", "--no-check"],
      ...(values.filter === undefined ? [] : ["--filter", values.filter]),
      ...paths,
    ],
    env: {
      DENO_JOBS: String(FILES_PER_PROCESSOR * navigator.hardwareConcurrency),
    },
  }).spawn().status);
} finally {
  await Deno.remove(scratch, { recursive: true });
}
Deno.exit(code);
