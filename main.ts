import { main } from "./lib/cli/main.ts";

// Exits by itself: nothing that is still open may keep a finished command alive.
if (import.meta.main) Deno.exit(await main(Deno.args));
