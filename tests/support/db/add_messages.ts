// Adds messages to the given database until it is killed, and prints the number
// of each after `add` has returned.
import { openStore } from "../../../db/open.ts";

const [path = "", to = ""] = Deno.args;
const store = await openStore(path);
const encoder = new TextEncoder();
for (let n = 0;; n++) {
  const { id } = store.messages.add({
    to: Number(to),
    from: Number(to),
    body: encoder.encode(`message ${n}`),
    at: Date.now(),
  });
  Deno.stdout.writeSync(encoder.encode(`${id}\n`));
}
