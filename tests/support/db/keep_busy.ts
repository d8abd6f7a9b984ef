// Writes to the given database until it is killed.
import { openStore } from "../../../db/open.ts";

const [path = ""] = Deno.args;
const store = await openStore(path);
const body = new Uint8Array(2000);
for (let n = 0;; n++) {
  store.messages.add({ to: 1000001, from: 1000001, body, at: n });
  if (n === 100) Deno.stdout.writeSync(new TextEncoder().encode("busy\n"));
  // Leaves some processor time to other tests.
  await new Promise((resolve) => setTimeout(resolve));
}
