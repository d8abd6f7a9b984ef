import process from "node:process";
import { isDoubleClick, runFromDoubleClick } from "./lib/cli/double_click.ts";
import { main } from "./lib/cli/main.ts";
import { EXIT_CRASHED } from "./lib/ops/last_resort.ts";

if (import.meta.main) {
  // What the runtime's own parts think of each other is not the host's affair.
  Object.assign(process, { noDeprecation: true });
  // An end that nobody planned is never a success: main() gives the real code.
  Deno.exitCode = EXIT_CRASHED;
  // Exits explicitly: nothing that is still open may keep a finished command
  // alive.
  Deno.exit(
    isDoubleClick(Deno.args)
      ? await runFromDoubleClick()
      : await main(Deno.args),
  );
}
