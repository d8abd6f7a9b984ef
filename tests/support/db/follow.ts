// Applies the entries of a file to a copy of the database, one after the other,
// and prints the number of each. The file has a length before each entry.
import { Database } from "../../../db/database.ts";
import { Replica } from "../../../db/replica.ts";

const [path = "", log = ""] = Deno.args;
const db = new Database(path);
const replica = new Replica(db);
const bytes = Deno.readFileSync(log);
const view = new DataView(bytes.buffer);
let entry = 0;
for (let at = 0; at < bytes.length;) {
  const length = view.getUint32(at);
  at += 4;
  if (++entry > (replica.position?.entry ?? 0)) {
    replica.apply(entry, bytes.subarray(at, at + length));
    Deno.stdout.writeSync(new TextEncoder().encode(`${entry}\n`));
  }
  at += length;
}
db.close();
