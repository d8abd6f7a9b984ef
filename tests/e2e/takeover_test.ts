import assert from "node:assert/strict";
import { PaltalkClient } from "../../lib/client/mod.ts";
import { askUid, greet, passwordDigits } from "../../lib/client/sign_on.ts";
import {
  redDot,
  redDotOff,
  redDotOn,
  reqMic,
  unredDot,
} from "../../lib/protocol/packets/microphone.ts";
import { handUp } from "../../lib/protocol/packets/microphone.ts";
import { STATUS, statusChange } from "../../lib/protocol/packets/pals.ts";
import {
  login,
  loginComplete,
  lymerick,
  serverKey,
} from "../../lib/protocol/packets/signon.ts";
import { roomUserLeft } from "../../lib/protocol/packets/rooms.ts";
import { TestCluster } from "../support/cluster/processes.ts";
import { PASSWORD } from "../support/server.ts";

Deno.test("another core knows rooms, owners, hands, dots, status, and who was signing on", async () => {
  await using cluster = await TestCluster.start();
  if (cluster === undefined) return;
  const [one, two] = cluster.cores;
  const [ann, bob, cid, dan] = cluster.people as [
    PaltalkClient,
    PaltalkClient,
    PaltalkClient,
    PaltalkClient,
  ];
  const { gid } = await ann.rooms.create({ name: "Ours", category: 30003 });
  for (const client of [bob, cid]) await client.rooms.join(gid);
  await ann.people.addPal(bob.uid);
  await bob.people.away("lunch");
  await ann.expect(statusChange, ({ status }) => status === STATUS.away);
  await bob.send(reqMic, { gid });
  await ann.expect(handUp, ({ uid }) => uid === bob.uid);
  await ann.send(redDot, { gid, uid: cid.uid });
  await cid.expect(redDotOn, ({ uid }) => uid === cid.uid);

  // A client connected to the core itself, which is lost with it.
  const own = await PaltalkClient.signOn({
    ...await one!.serves(),
    nickname: "Owner2",
    password: PASSWORD,
  });
  await own.rooms.join(gid);
  // In the middle of the sign-on.
  const door = await cluster.gateways[0]!.serves();
  const absent = new PaltalkClient({ ...door, reacts: false });
  const uid = await askUid(absent.dial, door, "Absent", 0);
  const half = await greet(absent.dial, door, uid);
  await half.send(lymerick, { uid, firstRun: false });
  const { key } = await half.expect(serverKey);

  await one!.stop("SIGKILL");
  await own.close().catch(() => {});
  // Not answered before the other core leads.
  await half.send(login, { uid, digits: passwordDigits(PASSWORD, key) });
  const late = PaltalkClient.signOn({
    ...await cluster.gateways[1]!.serves(),
    nickname: "Late",
    password: PASSWORD,
  });
  const joining = dan.rooms.join(gid);
  await two!.serves();

  await half.expect(loginComplete);
  await using newcomer = await late;
  await newcomer.rooms.join(gid);

  await joining;
  const { members } = dan.state.rooms.get(gid)!;
  assert.deepEqual([members.get(bob.uid)?.hand, members.get(bob.uid)?.away], [
    1,
    true,
  ]);
  assert.equal(members.get(cid.uid)?.mic, false);
  assert.equal(members.get(ann.uid)?.admin, true);
  // The client of the old core has left the room for all others.
  await bob.expect(roomUserLeft, (left) => left.uid === own.uid);
  assert.ok(!members.has(own.uid));

  await ann.send(unredDot, { gid, uid: cid.uid });
  await cid.expect(redDotOff, (off) => off.uid === cid.uid);
  await bob.people.back();
  await ann.expect(
    statusChange,
    (change) => change.uid === bob.uid && change.status === STATUS.online,
  );
  await half.close();
});
