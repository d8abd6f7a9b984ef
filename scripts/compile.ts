/**
 * `deno task compile [--target TRIPLE] [--output FILE]`: compiles one
 * executable with the server and everything it needs, by default
 * `dist/retropal`.
 *
 * Deno downloads the base of the executable for its own version. To use another
 * base, name it in DENORT_BIN, which Deno itself reads.
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
 * The minimum for all subcommands: sockets, the data folder and files named on
 * the command line, settings from the environment, and the addresses of this
 * machine (the server also needs umask, for which Deno has no name in
 * --allow-sys). No subprocesses, no foreign functions, and never a permission
 * prompt on the terminal of a service.
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
  /** A bundle made by `bundle`; undefined embeds the modules themselves. */
  readonly entry: string | undefined;
  readonly output: string;
  readonly target?: string | undefined;
  /** Base of the executable; undefined lets Deno find one. */
  readonly base?: string;
}

/**
 * Embeds a bundle in an executable.
 *
 * @throws {Error} when Deno fails, after it has printed why on standard error
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
      // A bundle needs neither, and without them Deno embeds no packages.
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
