/**
 * `deno task compile [--target TRIPLE] [--output FILE]`: one executable with
 * the server and everything it needs, `dist/retropal` unless told otherwise.
 *
 * Deno downloads the base of the executable that fits its own version. To use
 * one that is at hand, name it in DENORT_BIN: Deno itself reads that.
 *
 * @module
 */

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { V8_FLAGS } from "./v8_flags.ts";

/** Files that are read at run time, relative to the project. */
const INCLUDED: readonly string[] = [];

/**
 * The least with which every subcommand works: sockets, the data folder and
 * the files named on the command line, settings from the environment, the
 * addresses of this machine (of --allow-sys the server needs umask, too, which
 * Deno cannot be given by name). No subprocesses, no foreign functions, and never
 * a question on the terminal of a service.
 */
const PERMISSIONS: readonly string[] = [
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
  "--no-prompt",
];

const { values } = parseArgs({
  args: Deno.args,
  options: { target: { type: "string" }, output: { type: "string" } },
});
const compile = new Deno.Command(Deno.execPath(), {
  cwd: dirname(dirname(fileURLToPath(import.meta.url))),
  args: [
    "compile",
    "--unstable-net",
    V8_FLAGS,
    ...PERMISSIONS,
    ...INCLUDED.flatMap((path) => ["--include", path]),
    ...(values.target === undefined ? [] : ["--target", values.target]),
    "--output",
    values.output ?? "dist/retropal",
    "main.ts",
  ],
});
Deno.exitCode = (await compile.spawn().status).code;
