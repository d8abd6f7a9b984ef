/**
 * `deno task attack:amplification [--members N] [--seconds N] [--only NAME]`:
 * measures what each client packet makes the server send and do. The attacker
 * owns a room, and all others are in it and have the attacker as a pal: the
 * largest audience that one account can have.
 *
 * @module
 */
import { CLIENT_CODECS } from "../../lib/protocol/codecs.ts";
import { CLIENT_VERSION } from "../../lib/protocol/frame.ts";
import { clientHello, lymerick } from "../../lib/protocol/packets/signon.ts";
import { GOLDEN_CASES } from "../../tests/support/golden/mod.ts";
import {
  PASSWORD,
  Peer,
  u16,
  u32,
} from "../../tests/reliability/support/peer.ts";
import { temporaryFolder } from "../leftovers.ts";
import { readOptions } from "../options.ts";
import { Place } from "../soak/place.ts";

const USAGE = `Measures what each packet of a client costs the server.

usage: deno task attack:amplification [options]

  --members N     100 by default
  --seconds N     2 by default; for each packet
  --rate N        60 by default; packets per second, twice what is allowed
  --only NAME     only this packet, such as ROOM_JOIN`;

const { values } = readOptions(USAGE, {
  members: { type: "string", default: "100" },
  seconds: { type: "string", default: "2" },
  rate: { type: "string", default: "60" },
  only: { type: "string" },
});
const MEMBERS = Number(values.members);
const SECONDS = Number(values.seconds);
const RATE = Number(values.rate);
const FIRST_UID = 1000002;
const HEADER_BYTES = 6;
const pause = (ms: number) => new Promise((go) => setTimeout(go, ms));
const print = (line: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

let bytesOut = 0;
function counting(peer: Peer): Peer {
  peer.onFrame = ({ payload }) => {
    bytesOut += HEADER_BYTES + payload.length;
    return false;
  };
  return peer;
}

interface Target {
  readonly uid: number;
  readonly gid: number;
  /** Number that differs for each packet. */
  readonly n: number;
}

/**
 * Returns the golden value, changed to refer to a room and a member of this
 * server.
 */
function aimed(value: unknown, to: Target): unknown {
  if (value instanceof Map || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((one) => aimed(one, to));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      if (typeof part !== "number") return [key, aimed(part, to)];
      if (/gid|room/i.test(key)) return [key, to.gid];
      if (/uid|^to$|^from$/i.test(key)) return [key, to.uid + to.n % 5];
      return [key, part];
    }),
  );
}

/** Waits until nothing arrives from earlier packets. */
async function quiet(): Promise<void> {
  for (let before = -1; before !== bytesOut;) {
    before = bytesOut;
    await pause(300);
  }
}

interface Row {
  readonly name: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly cpu: number;
  readonly end: string;
}

async function measure(
  place: Place,
  peer: Peer,
  name: string,
  target: Omit<Target, "n">,
): Promise<Row> {
  const cases = GOLDEN_CASES.filter(({ packet }) => packet.name === name);
  const values = cases.map(({ value }) => value);
  const { packet } = cases[0]!;
  await quiet();
  bytesOut = 0;
  let bytesIn = 0;
  const cpu = place.cpuMs();
  const began = performance.now();
  for (let n = 0; n < RATE * SECONDS && !peer.closed; n++) {
    const value = aimed(values[n % values.length], { ...target, n });
    const frame = packet.frame(value, CLIENT_VERSION);
    bytesIn += frame.length;
    await peer.write(frame);
    await pause(Math.max(0, began + 1000 * n / RATE - performance.now()));
  }
  await pause(300);
  const took = performance.now() - began;
  return {
    name,
    bytesIn: bytesIn / SECONDS,
    bytesOut: bytesOut / SECONDS,
    cpu: (place.cpuMs() - cpu) / took,
    end: peer.closed ? "closed" : "",
  };
}

/** Creates a room for this peer and returns its gid. */
async function ownRoom(peer: Peer, name: string): Promise<number> {
  await peer.send(
    "ROOM_CREATE",
    u16(0),
    u16(0),
    u16(30018),
    u32(0x82a),
    "G",
    name,
  );
  const joined = await peer.expect("ROOM_JOINED");
  return new DataView(joined.buffer, joined.byteOffset).getUint32(0);
}

const folder = await temporaryFolder("retropal-amplification-");
const place = new Place(`${folder}/data`, {
  // Rooms stay for attackers who were disconnected and may return.
  env: {
    RETROPAL_LIMITS_TEMPORARY_ROOMS_PER_USER: "1000",
    RETROPAL_LIMITS_ROOMS_PER_USER: "1000",
  },
});
const names = Array.from({ length: MEMBERS + 1 }, (_, n) => `Person ${n}`);
await place.importUsers(names, PASSWORD);
await place.start();
const uids = names.map((_, n) => FIRST_UID + n);
const attacker = uids[MEMBERS]!;
const members: Peer[] = [];
for (const uid of uids.slice(0, MEMBERS)) {
  const peer = await (await Peer.connect(place.chat)).signOn(uid);
  await peer.send("ADD_PAL", u32(attacker));
  members.push(counting(peer));
}
const befriend = await (await Peer.connect(place.chat)).signOn(attacker);
for (const uid of uids.slice(0, MEMBERS)) {
  await befriend.send("ADD_PAL", u32(uid));
  await pause(40);
}
befriend.close();

const rows: Row[] = [];
for (const { name } of CLIENT_CODECS) {
  if (values.only !== undefined && values.only !== name) continue;
  if (!GOLDEN_CASES.some(({ packet }) => packet.name === name)) continue;
  const peer = counting(
    await (await Peer.connect(place.chat)).signOn(attacker),
  );
  const gid = await ownRoom(peer, `Room ${rows.length}`);
  for (const member of members) {
    if (!member.closed) {
      await member.send("ROOM_JOIN", u32(gid), u16(0), u32(0x82a));
    }
  }
  rows.push(await measure(place, peer, name, { uid: uids[0]!, gid }));
  peer.close();
  for (const member of members) {
    member.inbox.length = 0;
    await member.send("ROOM_LEAVE", u32(gid));
  }
  await pause(100);
}
// The same packets before sign-on.
for (const { name } of CLIENT_CODECS) {
  if (values.only !== undefined && values.only !== name) continue;
  if (!GOLDEN_CASES.some(({ packet }) => packet.name === name)) continue;
  const peer = counting(await Peer.connect(place.chat));
  await peer.write(clientHello.frame({ uid: attacker }, CLIENT_VERSION));
  await peer.expect("HELLO");
  await peer.write(
    lymerick.frame({ uid: attacker, firstRun: false }, CLIENT_VERSION),
  );
  const row = await measure(place, peer, name, { uid: attacker, gid: 50001 });
  rows.push({ ...row, name: `${name} (no sign-on)` });
  peer.close();
}

print(
  `${MEMBERS} members and pals, ${RATE} packets/s for ${SECONDS} s; bytes/s\n` +
    "packet                              in        out  out per in   CPU",
);
for (const row of rows.toSorted((a, b) => b.bytesOut - a.bytesOut)) {
  const factor = row.bytesOut / row.bytesIn;
  print(
    `${row.name.padEnd(32)} ${row.bytesIn.toFixed(0).padStart(7)} ${
      row.bytesOut.toFixed(0).padStart(10)
    } ${factor.toFixed(1).padStart(11)} ${
      `${(100 * row.cpu).toFixed(0)} %`.padStart(5)
    } ${row.end}`,
  );
}
for (const member of members) member.close();
await place.end("SIGTERM");
await Deno.remove(folder, { recursive: true });
