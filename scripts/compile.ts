/**
 * `deno task compile [--target TRIPLE] [--output FILE]`: one executable with
 * the server and everything it needs, `dist/retropal` unless told otherwise.
 *
 * Deno downloads the base of the executable that fits its own version. To use
 * another base, name it in DENORT_BIN: Deno itself reads that.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program for people
import { ASSETS } from "./browser_client.ts";
import { dirname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundle, ROOT } from "./release/bundle.ts";
import { V8_FLAGS } from "./v8_flags.ts";

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

const USAGE = `Compiles retropal into one executable.

usage: deno task compile [--target TRIPLE] [--output FILE]

  --target TRIPLE  for another system: x86_64-unknown-linux-gnu,
                   aarch64-unknown-linux-gnu, x86_64-pc-windows-msvc,
                   x86_64-apple-darwin, aarch64-apple-darwin
  --output FILE    instead of dist/retropal

environment:
  DENORT_BIN         a base for the executable, instead of downloading one
  RETROPAL_BUNDLER   the Deno that bundles, instead of this one
  RETROPAL_COMMIT    the commit to name in \`version\`, instead of asking git
`;

export interface CompileOptions {
  /** A bundle made by `bundle`; undefined: every module as it is. */
  readonly entry: string | undefined;
  readonly output: string;
  readonly target?: string | undefined;
  /** A base for the executable; undefined: Deno finds one. */
  readonly base?: string;
}

/**
 * Embeds a bundle into an executable.
 *
 * @throws {Error} when Deno fails; it has said why on standard error
 */
export async function compile(options: CompileOptions): Promise<void> {
  await Deno.mkdir(dirname(options.output), { recursive: true });
  const { success } = await new Deno.Command(Deno.execPath(), {
    cwd: ROOT,
    env: options.base === undefined ? {} : { DENORT_BIN: options.base },
    args: [
      "compile",
      "--quiet",
      "--no-check",
      // A bundle needs neither; without them Deno embeds no packages.
      ...(options.entry === undefined ? [] : ["--no-config", "--no-lock"]),
      "--unstable-net",
      V8_FLAGS,
      ...PERMISSIONS,
      ...(options.entry === undefined
        ? ["--include", relative(ROOT, ASSETS)]
        : []),
      ...(options.target === undefined ? [] : ["--target", options.target]),
      "--output",
      options.output,
      options.entry ?? "main.ts",
    ],
  }).spawn().status;
  if (!success) throw new Error(`could not compile ${options.output}`);
}

const OPTIONS = {
  target: { type: "string" },
  output: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ args: Deno.args, options: OPTIONS });
  if (values.help) return console.log(USAGE);
  const output = resolve(ROOT, values.output ?? "dist/retropal");
  const entry = await bundle(join(ROOT, "dist/bundle")).catch((error) => {
    console.error(`${error.message}; compiling every module instead`);
    return undefined;
  });
  await compile({ entry, output, target: values.target });
  console.log(`Compiled ${output}`);
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
