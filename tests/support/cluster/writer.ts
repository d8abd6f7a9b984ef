// Waits for the lease, takes the lead, and writes numbered entries for as long
// as it may. Prints "leads EPOCH", "stored EPOCH N" and "replaced".
// deno-lint-ignore-file no-console -- its output is read by a test
import { connect } from "@nats-io/transport-node";
import { encodeEntry } from "../../../lib/cluster/entry.ts";
import { Follower } from "../../../lib/cluster/follower.ts";
import { Lease } from "../../../lib/cluster/lease.ts";
import { NatsLease } from "../../../lib/cluster/nats_lease.ts";
import { StreamLog } from "../../../lib/cluster/nats_log.ts";

const [name = "", replicas = "1", ...servers] = Deno.args;
const steady = () => performance.now();
const connection = await connect({
  servers,
  maxReconnectAttempts: -1,
  reconnectTimeWait: 50,
});
const log = await StreamLog.open(connection, {
  stream: "RP_test_store",
  subject: "rp.test.store",
  replicas: Number(replicas),
});
const store = await NatsLease.open(
  connection,
  "RP_test_lease",
  Number(replicas),
);
const lease = new Lease({ store, holder: name, ms: 2000, steady });
const follower = new Follower({ log });
const end = log.follow(0, (entries) => follower.take(entries));
setInterval(() => void lease.tick(), 50);
setInterval(() => follower.tick(steady()), 50);
console.log("waits");
while (!lease.isHeld) await new Promise((resolve) => setTimeout(resolve, 10));
const { epoch } = lease;
end();
const leads = await new Promise<boolean>((resolve) =>
  follower.lead(epoch, resolve, steady())
);
console.log(`${leads ? "leads" : "outrun"} ${epoch}`);
if (!leads) Deno.exit(0);
/** A full stream of entries has both processors; it is for the long run. */
const pauseMs = Deno.env.get("RETROPAL_LONG") === undefined ? 1 : 0;
let last = follower.state.index;
for (let n = 1;; n++) {
  // Also writes while the lease is in doubt, because the fence must hold by
  // itself.
  const id = `${epoch}.${n}`;
  const changes = new TextEncoder().encode(`${name} ${n}`);
  const bytes = encodeEntry({ epoch, batches: [], changes });
  const index = await new Promise<number | null>((resolve) =>
    log.append(last, id, bytes, resolve)
  );
  if (index === null) break;
  last = index;
  console.log(`stored ${epoch} ${n} ${index}`);
  if (pauseMs > 0) await new Promise((go) => setTimeout(go, pauseMs));
}
console.log("replaced");
Deno.exit(0);
