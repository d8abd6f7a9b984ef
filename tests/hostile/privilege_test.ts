import assert from "node:assert/strict";
import { execute } from "../../lib/commands/command.ts";
import { findCommand } from "../../lib/commands/table.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import type { ClientTypeName } from "../../lib/protocol/packet_types.ts";
import { type Peer, u16, u32 } from "../reliability/support/peer.ts";
import { Stage, VOICE_ROOM } from "./stage.ts";

type Part = string | number[];

/** Returns the server's state of a room, to compare before and after. */
function roomOf(stage: Stage, gid: number) {
  return stage.rig.server.live.rooms().find((room) => room.gid === gid);
}

/** Returns the id of a room that a peer has just created. */
async function made(
  peer: Peer,
  name: string,
  ...words: string[]
): Promise<number> {
  await peer.send(
    "ROOM_CREATE",
    u16(3),
    u16(0),
    u16(30018),
    u32(0x82a),
    "G",
    [name, ...words].join("\n"),
  );
  const joined = await peer.expect(
    "ROOM_JOINED",
    (payload) => decodeText(payload.subarray(23)) === name,
  );
  return new DataView(joined.buffer, joined.byteOffset).getUint32(0);
}

Deno.test("attack 42: every packet of an admin, sent by somebody who is none", async () => {
  await using stage = await Stage.start();
  const { bob, eve } = stage;
  const gid = u32(VOICE_ROOM);
  const acts: [ClientTypeName, ...Part[]][] = [
    ["ROOM_BOUNCE", gid, u32(bob.uid)],
    ["BAN", gid, u32(bob.uid)],
    ["BAN_BY_NICKNAME", gid, "Bob"],
    ["UNBAN", gid, u32(0xffffffff)],
    ["UNBOUNCE", gid, u32(0xffffffff)],
    ["MAKE_ADMIN", gid, u32(eve.uid)],
    ["RED_DOT", gid, u32(bob.uid)],
    ["RED_DOT", gid, u32(0xffffffff)],
    ["UNRED_DOT", gid, u32(eve.uid)],
    ["TOGGLE_ALL_MICS", gid, u16(0)],
    ["REMOVE_ALL_HANDS", gid],
    ["GET_ADMIN_INFO", gid],
    ["RED_DOT_AFFECTS_TEXT", gid, u16(1)],
    ["RED_DOT_AFFECTS_VIDEO", gid, u16(1)],
    ["NEW_USERS_MIC", gid, u16(0)],
    ["ROOM_BANNER_MESSAGE", gid, "owned"],
    ["ROOM_CLOSE", gid],
  ];
  const before = roomOf(stage, VOICE_ROOM);
  for (const [name, ...parts] of acts) {
    await eve.send(name, ...parts);
    assert.match(await eve.refused(name), /Only/, name);
    await stage.rig.logged("refused", name, "Eve");
  }
  assert.deepEqual(roomOf(stage, VOICE_ROOM), before);
  await stage.undisturbed();
});

Deno.test("attack 43: the same packets for a room that one is not in, or that does not exist", async () => {
  await using stage = await Stage.start();
  const { bob, eve } = stage;
  for (const gid of [stage.text, 0, 1, 65_535, 0xffffffff]) {
    for (
      const name of [
        "ROOM_BOUNCE",
        "BAN",
        "MAKE_ADMIN",
        "RED_DOT",
        "ROOM_CLOSE",
        "ROOM_BANNER_MESSAGE",
        "ROOM_MESSAGE_OUT",
        "REQ_MIC",
        "ROOM_START_PUBLISH_VIDEO",
        "INVITE_OUT",
      ] as const
    ) await eve.send(name, u32(gid), u32(bob.uid), "x");
    // At the pace of a normal client; otherwise the rate limit would stop them
    // first.
    stage.rig.ahead += 1000;
    await eve.settled();
  }
  await stage.rig.logged("not in that room", "ROOM_CLOSE", "Eve");
  assert.ok(roomOf(stage, stage.text));
  await stage.undisturbed();
});

Deno.test("attack 44: the owner of a room acts against staff in it", async () => {
  await using stage = await Stage.start();
  const { eve, rig } = stage;
  const staff = await rig.guest("Mona", "moderator");
  const gid = await made(eve, "Eve's den");
  await staff.join(gid);
  for (const name of ["ROOM_BOUNCE", "BAN"] as const) {
    await eve.send(name, u32(gid), u32(staff.uid));
    await eve.refused(name);
  }
  assert.ok(roomOf(stage, gid)!.members.some(({ uid }) => uid === staff.uid));
  await stage.undisturbed();
});

Deno.test("attack 45: come back after a bounce or a ban, by every door", async () => {
  await using stage = await Stage.start();
  const { bob, eve, rig } = stage;
  const gid = await made(bob, "Bob's place");
  await eve.join(gid);
  await bob.send("BAN_BY_NICKNAME", u32(gid), "Eve");
  await eve.expect("ROOM_CLOSED");
  const friend = await rig.guest("Friend");
  await friend.join(gid);
  await friend.send("INVITE_OUT", u32(gid), u32(eve.uid));
  await friend.settled();
  await eve.send("ROOM_JOIN", u32(gid), u16(0), u32(0x82a));
  await eve.refused("ROOM_JOIN");
  await eve.send("ROOM_JOIN", u32(gid), u16(1), u32(0x82a));
  await eve.refused("ROOM_JOIN");
  await eve.send(
    "ROOM_JOIN_BY_NAME",
    "aff=0\nname=Bob's place\ninvis=1\nport=2090\nlock=\n",
  );
  await eve.refused("ROOM_JOIN_BY_NAME");
  await eve.send("ROOM_JOIN_AS_ADMIN", u32(bob.uid), u32(0), u32(0x82a));
  await eve.refused("ROOM_JOIN_AS_ADMIN");
  const again = await (await stage.stranger()).signOn(eve.uid);
  await again.send("ROOM_JOIN", u32(gid), u16(0), u32(0x82a));
  await again.refused("ROOM_JOIN");
  assert.ok(!roomOf(stage, gid)!.members.some(({ uid }) => uid === eve.uid));
});

Deno.test("attack 46: enter a private room uninvited, or invite oneself", async () => {
  await using stage = await Stage.start();
  const { bob, eve } = stage;
  await bob.send(
    "ROOM_CREATE",
    u16(1),
    u16(0),
    u16(30018),
    u32(0x82a),
    "G",
    "Tete-a-tete",
  );
  const joined = await bob.expect(
    "ROOM_JOINED",
    (payload) => decodeText(payload).endsWith("Tete-a-tete"),
  );
  const gid = new DataView(joined.buffer, joined.byteOffset).getUint32(0);
  await eve.send("INVITE_OUT", u32(gid), u32(eve.uid));
  await eve.send("ROOM_JOIN", u32(gid), u16(0), u32(0x82a));
  await eve.refused("ROOM_JOIN");
  await eve.send("ROOM_JOIN_BY_NAME", "aff=0\nname=Tete-a-tete\n");
  await eve.refused("ROOM_JOIN_BY_NAME");
  await eve.send("REFRESH_CATEGORIES", u32(1), u32(1), u32(30018));
  const list = decodeText(await eve.expect("ROOM_LIST"));
  assert.ok(!list.includes("Tete"));
  assert.equal(roomOf(stage, gid)!.members.length, 1);
});

Deno.test("attack 47: commands of staff, written to the system user by a user", async () => {
  await using stage = await Stage.start();
  const { ann, bob, eve, rig } = stage;
  const commands = [
    "/kick Bob",
    "/ban Bob 1d",
    "/ban 127.0.0.0/8",
    "/broadcast owned",
    "/user set Eve --role superadmin",
    "user set Eve --role superadmin",
    "/kickall",
    "/stop",
    "/room remove 50001",
    '<pfont color="#0">/kick Bob</pfont>',
    "/kick\0Bob",
    "/backup ../../../../tmp/owned",
  ];
  for (const line of commands) {
    await eve.send("IM_OUT", u32(1000001), line);
    await eve.expect("IM_IN");
  }
  assert.equal(bob.closed || ann.closed, false);
  assert.equal(rig.store.accounts.get(eve.uid)?.role, "user");
  assert.equal(rig.store.bans.list(Date.now()).length, 0);
  assert.equal(bob.count("ANNOUNCEMENT"), 0);
  await stage.undisturbed();
});

Deno.test("attack 48: staff of a lower level against those above", async () => {
  await using stage = await Stage.start();
  const { rig } = stage;
  const boss = await rig.guest("Boss", "superadmin");
  const mona = await rig.guest("Mona", "moderator");
  for (const line of ["/kick Boss", "/ban Boss 1d"]) {
    await mona.send("IM_OUT", u32(1000001), line);
    await mona.expect("IM_IN");
  }
  await boss.settled();
  assert.equal(boss.closed, false);
  assert.equal(rig.store.bans.list(Date.now()).length, 0);
  await stage.undisturbed();
});

Deno.test("attack 49: make a room that passes for another", async () => {
  await using stage = await Stage.start();
  const { eve, rig } = stage;
  const { name } = rig.store.rooms.get(VOICE_ROOM)!;
  const fakes = [
    name,
    name.toUpperCase(),
    ` ${name} `,
    `${name}\0`,
    `${name}\t`,
    `${name}\xad`,
    name.replaceAll(" ", "\xa0"),
    `${name}.`,
    name.replace("o", "0").replace("e", "\xe9"),
  ];
  for (const fake of fakes) {
    await eve.send(
      "ROOM_CREATE",
      u16(3),
      u16(0),
      u16(30018),
      u32(0x82a),
      "G",
      fake,
    );
    await eve.refused("ROOM_CREATE");
    stage.rig.ahead += 1000;
  }
  await stage.undisturbed();
});

Deno.test("attack 50: rooms of impossible kinds", async () => {
  await using stage = await Stage.start({
    config: {
      "limits.packets_per_second": 1000,
      "limits.packet_burst": 1000,
    },
  });
  const { eve } = stage;
  const { rooms } = stage.status;
  const odd: Part[][] = [
    [u16(99), u16(0), u16(30018), u32(0), "G", "a"],
    [u16(3), u16(0), u16(1), u32(0), "G", "b"],
    [u16(3), u16(0), u16(6), u32(0), "G", "c"],
    [u16(3), u16(0), u16(30018), u32(0), "X", "d"],
    [u16(3), u16(0), u16(30018), u32(0), "G", ""],
    [u16(3), u16(0), u16(30018), u32(0), "G", "   "],
    [u16(3), u16(0), u16(30018), u32(0), "G", "n".repeat(300)],
    [u16(3), u16(0), u16(30018), u32(0), "G", "e\n" + "l".repeat(300)],
    [u16(3), u16(0), u16(30018), u32(0)],
  ];
  for (const parts of odd) {
    await eve.send("ROOM_CREATE", ...parts);
  }
  await eve.settled();
  assert.equal(stage.status.rooms, rooms);
  await stage.undisturbed();
});

Deno.test("attack 51: answer an offer that nobody made, to learn where somebody lives", async () => {
  await using stage = await Stage.start();
  const { ann, bob, eve } = stage;
  for (const name of ["XFER_ACCEPT", "CALL_ACCEPT", "VIDEO_ACCEPT"] as const) {
    await eve.send(name, u32(ann.uid), u16(2090));
    await eve.refused(name);
  }
  // Eve cannot answer Bob's offer to Ann.
  await bob.send("XFER_REQUEST", u32(ann.uid), u16(2090));
  await ann.expect("XFER_OFFER");
  await eve.send("XFER_ACCEPT", u32(bob.uid), u16(4444));
  await eve.refused("XFER_ACCEPT");
  await eve.send("XFER_REFUSE", u32(bob.uid));
  await eve.settled();
  assert.equal(bob.count("XFER_ACCEPTED"), 0);
  // A cancellation is always forwarded, but in the name of its sender.
  assert.deepEqual([...await bob.expect("XFER_REFUSED")], u32(eve.uid));
  await stage.undisturbed();
});

Deno.test("attack 52: disturb somebody who has blocked the attacker", async () => {
  await using stage = await Stage.start();
  const { ann, eve, rig } = stage;
  await ann.send("BLOCK_BUDDY", u32(eve.uid));
  await ann.settled();
  ann.inbox.length = 0;
  await eve.send("IM_OUT", u32(ann.uid), "read this");
  await eve.send("ROOM_MESSAGE_OUT", u32(VOICE_ROOM), "read this");
  await eve.send("ROOM_MESSAGE_OUT", u32(VOICE_ROOM), "/w Ann: read this");
  await eve.send("XFER_REQUEST", u32(ann.uid), u16(2090));
  await eve.send("CALL_REQUEST", u32(ann.uid), u16(2090));
  await eve.send("VIDEO_REQUEST", u32(ann.uid), u16(2091));
  await eve.send("INVITE_OUT", u32(VOICE_ROOM), u32(ann.uid));
  await eve.send("PRIVATE_INVITE", [0, 1, 0, 0, 8, 42, 0, 1], u32(ann.uid));
  await eve.send("ADD_PAL", u32(ann.uid));
  await eve.settled();
  await ann.settled();
  const words = ann.inbox.map(({ payload }) => decodeText(payload)).join("\n");
  assert.ok(!words.includes("read this"), words);
  for (
    const name of [
      "XFER_OFFER",
      "CALL_OFFER",
      "VIDEO_OFFER",
      "INVITE_IN",
    ] as const
  ) {
    assert.equal(ann.count(name), 0, name);
  }
  // A user who blocks appears offline.
  assert.ok(rig.server.live.isOnline(ann.uid));
  const status = eve.inbox.filter(({ type, payload }) =>
    type === 400 && payload[7] !== 0 &&
    new DataView(payload.buffer, payload.byteOffset).getUint32(0) === ann.uid
  );
  assert.deepEqual(status, []);
  await stage.undisturbed();
});

Deno.test("attack 53: come back after a ban of the account or the address", async () => {
  await using stage = await Stage.start();
  const { eve, rig } = stage;
  const { Peer, PASSWORD } = await import("../reliability/support/peer.ts");
  const ban = { reason: "spam", by: "test", at: Date.now(), until: null };
  rig.store.bans.add({ kind: "account", target: String(eve.uid), ...ban });
  rig.server.live.kick(eve.uid, "spam");
  await eve.ended();
  const peer = await stage.stranger();
  await peer.write(Peer.login(eve.uid, PASSWORD, await peer.greet(eve.uid)));
  assert.match(await peer.refused("LOGIN"), /banned/);
  await stage.undisturbed();
  rig.store.bans.add({ kind: "network", target: "127.0.0.0/8", ...ban });
  await (await stage.stranger()).ended();
  await rig.logged("connection refused", "banned");
});

Deno.test("attack 80: a moderator bans everybody's network, owner included", async () => {
  await using stage = await Stage.start();
  const { ann, eve, rig } = stage;
  const boss = await rig.guest("Boss", "superadmin");
  const mona = await rig.guest("Mona", "moderator");
  const host = rig.host;
  const actor = {
    name: "Mona",
    uid: mona.uid,
    level: 1,
    address: "127.0.0.1",
  };
  const run = (input: Record<string, unknown>) =>
    execute(findCommand(["ban", "add"])!, host.context(actor), input);
  assert.equal((await run({ target: "0.0.0.0/0" })).code, 1);
  assert.equal(rig.store.bans.list(Date.now()).length, 0);
  assert.equal((await run({ target: "0.0.0.0/0", yes: true })).code, 0);
  await Promise.all([ann.ended(), eve.ended()]);
  for (const one of [boss, mona]) {
    await one.settled();
    assert.equal(one.closed, false);
    one.close();
    await (await rig.connect()).signOn(one.uid);
  }
  const { Peer, PASSWORD } = await import("../reliability/support/peer.ts");
  const peer = await stage.stranger();
  await peer.write(Peer.login(eve.uid, PASSWORD, await peer.greet(eve.uid)));
  assert.match(await peer.refused("LOGIN"), /banned permanently/);
  // The same ban by the host refuses the connection itself.
  const cli = { name: "cli", uid: null, level: 4, address: null };
  const whole = host.context(cli);
  await execute(findCommand(["ban", "add"])!, whole, {
    target: "0.0.0.0/0",
    yes: true,
  });
  await (await stage.stranger()).ended();
});
