// Creates one database after another in the given folder and prints its number.
import { join } from "node:path";
import { openStore } from "../../../db/open.ts";

const [folder = ""] = Deno.args;
for (let n = 0;; n++) {
  const store = await openStore(join(folder, `${n}.db`));
  Deno.stdout.writeSync(new TextEncoder().encode(`${n}\n`));
  store.close();
}
