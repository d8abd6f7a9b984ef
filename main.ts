import process from "node:process";
import { main } from "./lib/cli/main.ts";

if (import.meta.main) {
  // What the runtime's own parts think of each other is not the host's affair.
  Object.assign(process, { noDeprecation: true });
  // Exits by itself: nothing that is still open may keep a finished command
  // alive.
  Deno.exit(await main(Deno.args));
}
