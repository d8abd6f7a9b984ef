/** Actions of the host and the staff on users who are active. */
import assert from "node:assert/strict";
import { Refused } from "../../lib/client/mod.ts";
import { SERVER_TYPES } from "../../lib/protocol/packet_types.ts";
import { banner, imIn } from "../../lib/protocol/packets/messages.ts";
import { redDot } from "../../lib/protocol/packets/microphone.ts";
import {
  getAdminInfo,
  madeAdmin,
  memberAdmin,
  roomAdminInfo,
  roomBounce,
} from "../../lib/protocol/packets/moderation.ts";
import { roomClosed, roomJoined } from "../../lib/protocol/packets/rooms.ts";
import { roomUserJoined } from "../../lib/protocol/packets/members.ts";
import { feedback } from "../../lib/protocol/packets/signon.ts";
import {
  maintenanceKick,
  serverError,
} from "../../lib/protocol/packets/system.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { TestServer } from "../support/server.ts";

const [LOUNGE, CHECK] = [50001, 50003];

async function run(server: TestServer, ...args: string[]): Promise<string> {
  const { code, out, err } = await server.cli(args);
  assert.equal(code, 0, out + err);
  return out;
}

Deno.test("staff enter any room as admins; a lost role is lost in the room at once", async () => {
  await using server = await TestServer.start({ users: ["Guard", "Bob"] });
  await run(server, "user", "set", "Guard", "--role", "moderator");
  await run(server, "room", "set", String(LOUNGE), "--lockword", "tiger");
  await using guard = await server.signOn("Guard");
  await using bob = await server.signOn("Bob");
  assert.equal((await guard.rooms.join(LOUNGE)).admin, true);
  await assert.rejects(bob.rooms.join(LOUNGE), Refused);
  await bob.rooms.join(LOUNGE, { lockword: "tiger" });
  assert.equal(
    bob.state.rooms.get(LOUNGE)!.members.get(guard.uid)?.admin,
    true,
  );

  await run(server, "user", "set", "Guard", "--role", "user");
  await bob.expect(memberAdmin, ({ uid, on }) => uid === guard.uid && !on);
  await guard.send(redDot, { gid: LOUNGE, uid: bob.uid });
  const { text } = await guard.expect(feedback, ({ code }) => code !== 0);
  assert.equal(text, "Only admins of the room may do that.");
});

Deno.test("a room's new owner and topic show in the windows that are open", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  await ann.rooms.join(LOUNGE);
  await bob.rooms.join(LOUNGE);
  await run(
    server,
    ...["room", "set", String(LOUNGE), "--owner", "Ann", "--banner", "Quiz!"],
  );
  await ann.expect(madeAdmin);
  await bob.expect(memberAdmin, ({ uid, on }) => uid === ann.uid && on);
  await bob.expect(banner, ({ text }) => decodeText(text) === "Quiz!");

  await ann.send(getAdminInfo, { gid: LOUNGE });
  assert.equal((await ann.expect(roomAdminInfo)).newUsersMic, true);
  await run(server, "room", "set", String(LOUNGE), "--new-users-mic", "no");
  assert.equal((await ann.expect(roomAdminInfo)).newUsersMic, false);
  await ann.send(roomBounce, { gid: LOUNGE, uid: bob.uid });
  await bob.expect(roomClosed);
});

Deno.test("a user is moved: the new room opens, the old voice room closes", async () => {
  await using server = await TestServer.start({ users: ["Guard", "Bob"] });
  await run(server, "user", "set", "Guard", "--role", "moderator");
  await using guard = await server.signOn("Guard");
  await using bob = await server.signOn("Bob");
  await guard.rooms.join(CHECK);
  await bob.rooms.join(LOUNGE);
  await guard.people.im(1000001, "/move Bob Sound Check");
  const answer = await guard.expect(imIn, ({ from }) => from === 1000001);
  assert.equal(decodeText(answer.text), "Bob is in Sound Check.");
  await bob.expect(roomClosed, ({ gid }) => gid === LOUNGE);
  await bob.expect(roomJoined, ({ gid }) => gid === CHECK);
  await guard.expect(
    roomUserJoined,
    (members) => members.some(({ uid }) => uid === bob.uid),
  );
  await bob.settle();
  assert.deepEqual([...bob.state.rooms.keys()], [CHECK]);
});

const FAREWELLS = [
  ["sign-on", SERVER_TYPES.FEEDBACK.type],
  ["close", serverError.type],
  ["exit", maintenanceKick.type],
] as const;
for (const [farewell, type] of FAREWELLS) {
  Deno.test(`user kick --farewell ${farewell} tells why in its own way`, async () => {
    await using server = await TestServer.start({ users: ["Bob"] });
    await using bob = await server.signOn("Bob", { reacts: false });
    const reason = "Please calm down.";
    await run(
      server,
      ...["user", "kick", "Bob", "--reason", reason, "--farewell", farewell],
    );
    const { payload } = await bob.next((frame) =>
      frame.type === type && frame.payload.length > 4
    );
    assert.ok(decodeText(payload).endsWith(reason));
    await bob.connection.closed;
  });
}

Deno.test("nobody raises himself, whatever he writes to the system user", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await run(server, "user", "set", "Bob", "--role", "moderator");
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  const answer = async (who: typeof ann, line: string) => {
    await who.people.im(1000001, `<pfont color="#0"><pb>${line}</pb></pfont>`);
    const { text } = await who.expect(imIn, ({ from }) => from === 1000001);
    return decodeText(text);
  };
  for (
    const line of ["/kick Bob", "/ban Bob 1h", "/broadcast me", "/close 50001"]
  ) {
    assert.match(await answer(ann, line), /^Only an? \w+ may use/);
  }
  for (const line of ["/set Ann --role superadmin", "user set Ann", "/role"]) {
    const text = await answer(ann, line);
    assert.match(text, /^(There is no|This is the server)/);
  }
  assert.match(await answer(bob, "/broadcast me"), /^Only an admin may use/);
  assert.match(await answer(bob, "/ban Paltalk 1h"), /leave it as it is/);
  assert.match(await answer(ann, "/users"), /^2 users online\.$/);
  assert.match(await answer(ann, "/rooms"), /^8 rooms, 0 with people/);
  const shown = JSON.parse(await run(server, "user", "show", "Ann", "--json"));
  assert.equal(shown.role, "user");
  const audit = await run(server, "audit", "--json");
  assert.ok(audit.includes("chat refused"));
});

Deno.test("a password that the host changes ends the session, in the client's own way", async () => {
  await using server = await TestServer.start({ users: ["Bob"] });
  await using bob = await server.signOn("Bob", { reacts: false });
  const { code } = await server.cli(
    ["user", "passwd", "Bob", "--password-stdin"],
    "newpass1\n",
  );
  assert.equal(code, 0);
  const { payload } = await bob.next((frame) =>
    frame.type === SERVER_TYPES.FEEDBACK.type && frame.payload.length > 4
  );
  assert.equal(
    decodeText(payload.subarray(4)),
    "Your password was changed. Please sign on with the new one.",
  );
  await bob.connection.closed;
});
