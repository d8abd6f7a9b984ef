/**
 * Users who sign on, do a bit of everything, and leave, on a server in this
 * process. Prints the memory in use after each round as JSON. Run with
 * --v8-flags=--expose-gc.
 *
 * @module
 */
import { Peer, u16, u32 } from "./peer.ts";
import { Rig } from "./rig.ts";

const [ROUNDS, VISITS, PEOPLE] = [4, 250, 25] as const;
const collect = (globalThis as unknown as { gc(): void }).gc;

await using rig = await Rig.start({
  config: {
    "limits.packet_burst": 10_000,
    "limits.packets_per_second": 10_000,
  },
});
const users = Array.from({ length: PEOPLE }, () => rig.user().uid);

async function visit(n: number): Promise<void> {
  const uid = users[n % PEOPLE]!;
  const peer = await Peer.connect(rig.server.chat);
  await peer.signOn(uid);
  await peer.join(50001);
  await peer.join(50003 + n % 2);
  await peer.send("IM_OUT", u32(users[(n + 7) % PEOPLE]!), "are you there?");
  await peer.send("ROOM_MESSAGE_OUT", u32(50001), "hello");
  await peer.send("ADD_PAL", u32(users[(n + 3) % PEOPLE]!));
  await peer.send(
    "ROOM_CREATE",
    u16(0),
    u16(0),
    u16(30018),
    u32(0x82a),
    "G",
    `Room ${n}`,
  );
  await peer.settled();
  if (n % 3 === 0) await peer.send("BYE");
  peer.close();
}

const permanent = rig.server.live.status().rooms;
const used: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  for (let n = 0; n < VISITS; n++) await visit(n);
  // Rooms and their last members wait some time for each other.
  rig.ahead += 300_000;
  await rig.until(() => {
    const { connections, rooms } = rig.server.live.status();
    return connections === 0 && rooms <= permanent;
  }, "everybody is gone");
  rig.lines.length = 0;
  collect();
  collect();
  used.push(Deno.memoryUsage().heapUsed);
}
Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(used)}\n`));
