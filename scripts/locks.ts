/**
 * `deno task locks`: writes both lock files again. `deno.lock` has what the
 * server and its browser client import, so that `deno task start` fetches
 * nothing else; `tests/deno.lock` has the packages of tests as well.
 *
 * @module
 */
import { join } from "node:path";
import { readOptions } from "./options.ts";
import { ROOT } from "./root.ts";

const USAGE = `Writes deno.lock and tests/deno.lock anew.

usage: deno task locks
`;

const PRODUCT = join(ROOT, "deno.lock");
/** What `deno task test` and `deno task check` use. */
const TESTS = join(ROOT, "tests/deno.lock");

async function deno(...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
  }).spawn().status;
  if (!success) throw new Error(`deno ${args.join(" ")} failed`);
}

readOptions(USAGE, {});
await Deno.remove(PRODUCT).catch(() => {});
await deno("install", "--entrypoint", "main.ts", "web/chat/main.tsx");
await Deno.copyFile(PRODUCT, TESTS);
const folders = ["lib", "db", "tests", "scripts", "web"];
await deno("cache", `--lock=${TESTS}`, "main.ts", ...await modules(folders));

/** Every module of these folders. */
async function modules(folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    for await (
      const { name, isDirectory } of Deno.readDir(join(ROOT, folder))
    ) {
      const path = join(folder, name);
      if (isDirectory) found.push(...await modules([path]));
      else if (/\.tsx?$/.test(name)) found.push(path);
    }
  }
  return found;
}
