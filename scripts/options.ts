/**
 * Command-line options of the scripts in this folder.
 *
 * @module
 */
import { parseArgs, type ParseArgsConfig } from "node:util";

type Definitions = NonNullable<ParseArgsConfig["options"]>;

/**
 * Reads the options of a script. Prints `usage` and ends the process for
 * `--help`, and for an unknown option (exit code 2).
 */
export function readOptions<const T extends Definitions>(
  usage: string,
  options: T,
  { args = Deno.args, words = false }: {
    readonly args?: readonly string[];
    /** Whether positional words are allowed. */
    readonly words?: boolean;
  } = {},
) {
  const write = (stream: typeof Deno.stdout, text: string) =>
    stream.writeSync(new TextEncoder().encode(text.trimEnd() + "\n"));
  if (args.includes("--help") || args.includes("-h")) {
    write(Deno.stdout, usage);
    Deno.exit(0);
  }
  try {
    return parseArgs({ args: [...args], options, allowPositionals: words });
  } catch (error) {
    write(Deno.stderr, `${(error as Error).message}\n\n${usage}`);
    Deno.exit(2);
  }
}
