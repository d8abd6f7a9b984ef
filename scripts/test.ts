/**
 * Runs the tests. Many of them wait for timeouts, sockets and processes, so
 * twice as many test files as processors run in parallel.
 *
 * @module
 */
import { readOptions } from "./options.ts";
import { ROOT } from "./root.ts";

const USAGE = `Runs the tests, without type checking (that is deno task check).

usage: deno task test [--filter TEXT] [FILE OR FOLDER]...

  --filter TEXT   run only tests whose name contains TEXT
`;

const EVERYTHING = ["lib", "db", "tests"];

const { values, positionals } = readOptions(USAGE, {
  filter: { type: "string" },
}, { words: true });

const { code } = await new Deno.Command(Deno.execPath(), {
  cwd: ROOT,
  args: [
    ...["test", "--allow-all", "--parallel", "--no-check"],
    ...(values.filter === undefined ? [] : ["--filter", values.filter]),
    ...(positionals.length > 0 ? positionals : EVERYTHING),
  ],
  env: { DENO_JOBS: String(2 * navigator.hardwareConcurrency) },
}).spawn().status;
Deno.exit(code);
