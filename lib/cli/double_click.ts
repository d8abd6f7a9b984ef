/**
 * Handles a double-click on Windows: the program starts without arguments in
 * its own console window, which closes when the program ends.
 *
 * @module
 */
import { CODE } from "../commands/command.ts";
import { main } from "./main.ts";
import { Interrupted, realTerminal, type Terminal } from "./terminal.ts";

interface System {
  readonly os: string;
  readonly standalone: boolean;
}

/** Returns whether the program seems to have been started by a double-click. */
export function isDoubleClick(
  args: readonly string[],
  { os, standalone }: System = Deno.build,
): boolean {
  return args.length === 0 && os === "windows" && standalone;
}

/** Starts the server, and keeps the window open after an error. */
export async function runFromDoubleClick(
  terminal: Terminal = realTerminal(),
): Promise<number> {
  terminal.err("Starting the server in this folder. Press Ctrl-C to stop it.");
  terminal.err(
    "`retropal --help` in a command prompt lists its other commands.",
  );
  const code = await main(["serve"], terminal);
  if (code !== CODE.done && terminal.interactive) {
    await terminal.ask("Press Enter to close this window. ").catch((error) => {
      if (!(error instanceof Interrupted)) throw error;
    });
  }
  return code;
}
