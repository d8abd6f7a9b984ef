import assert from "node:assert/strict";
import {
  Connection,
  PaltalkClient,
  passwordDigits,
  SignOnRefused,
  TCP,
} from "../../lib/client/mod.ts";
import { encodeText } from "../../lib/protocol/windows1252.ts";
import { GAIM_LIMERICK, keyOffset } from "../../lib/protocol/challenge.ts";
import { concat, unhex } from "../../lib/protocol/bytes.ts";
import { CLIENT_TYPES, SERVER_TYPES } from "../../lib/protocol/packet_types.ts";
import { STATUS, statusChange } from "../../lib/protocol/packets/pals.ts";
import {
  clientHello,
  feedback,
  getUin,
  loginComplete,
  lymerick,
  serverKey,
  uinResponse,
  userData,
} from "../../lib/protocol/packets/signon.ts";
import { PASSWORD, TestServer } from "../support/server.ts";

const ANN = 1000002;
const BOB = 1000003;
const refusedWith = (pattern: RegExp) => (error: unknown) =>
  error instanceof SignOnRefused && pattern.test(error.message);

Deno.test("a user signs on with nickname and password, ignoring case", async () => {
  await using server = await TestServer.start({ users: ["Ann", "B\u00f6b"] });
  await using ann = await server.signOn("aNN");
  assert.equal(ann.uid, ANN);
  assert.equal(ann.nickname, "Ann");
  const data = await ann.expect(userData);
  assert.equal(data.nickname, "Ann");
  assert.equal(data.admin, 0);
  await using bob = await server.signOn("B\u00d6B");
  assert.equal(bob.nickname, "B\u00f6b");
});

Deno.test("a remembered uid signs on without asking for it", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  await using ann = await server.signOn("Ann", { uid: ANN });
  assert.equal(ann.received[0]!.type, SERVER_TYPES.HELLO.type);
  assert.equal(ann.nickname, "Ann");
});

Deno.test("a wrong password is refused with a sentence and a closed socket", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  await assert.rejects(
    server.signOn("Ann", { password: "wrongpw1" }),
    refusedWith(/password/),
  );
  // The real client retries on new connections.
  await using ann = await server.signOn("Ann");
  assert.equal(ann.uid, ANN);
});

Deno.test("an unknown nickname has no uid; an unknown uid is refused like a wrong password", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  await assert.rejects(server.signOn("Nobody"), refusedWith(/find that user/));
  await assert.rejects(
    server.signOn("Nobody", { uid: 49_999_999 }),
    refusedWith(/password/),
  );
});

Deno.test("nobody signs on as the system user", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  await assert.rejects(server.signOn("Paltalk"), SignOnRefused);
  await assert.rejects(
    server.signOn("Paltalk", { uid: 1000001 }),
    SignOnRefused,
  );
});

Deno.test("a second sign-on ends the first with a sentence and stays", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  await using bob = await server.signOn("Bob");
  await bob.people.addPal(ANN);
  await using first = await server.signOn("Ann");
  await bob.expect(statusChange, ({ status }) => status === STATUS.online);
  await using second = await server.signOn("Ann");
  const told = await first.expect(feedback, ({ code }) => code !== 0);
  assert.equal(told.to, CLIENT_TYPES.LOGIN.type);
  assert.match(told.text, /another place/);
  await first.connection.closed;
  await second.settle();
  await bob.people.im(ANN, "which one?");
  const { type } = SERVER_TYPES.NEW_STYLE_IM;
  await second.next(type);
  assert.ok(second.connection.isOpen);
});

Deno.test("a client that reconnects rejoins its room by itself", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  await using ann = await server.signOn("Ann");
  await ann.rooms.join(50002);
  await ann.reconnect();
  await ann.next(SERVER_TYPES.ROOM_JOINED.type);
  await ann.next(SERVER_TYPES.ROOM_USER_LIST.type);
  assert.ok(ann.state.rooms.get(50002)?.members.has(ANN));
});

Deno.test("gaim's longer LYMERICK and LOGIN are accepted, its own status told", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  const gaim = await Connection.open({
    transport: TCP,
    ...server.chat,
    version: 83,
  });
  await gaim.send(clientHello, { uid: ANN });
  await gaim.next(SERVER_TYPES.HELLO.type);
  const disk = encodeText("3380267036203630".repeat(2));
  const uid = unhex("000f4242");
  const start = unhex("000f4242 00000001 0002 0000001e");
  await gaim.sendRaw(lymerick.type, concat([start, disk]));
  const { key } = await gaim.expect(serverKey);
  const digits = encodeText(`${gaimDigits(PASSWORD, key)}\n309034003690`);
  await gaim.sendRaw(CLIENT_TYPES.LOGIN.type, concat([uid, digits]));
  await gaim.expect(
    statusChange,
    (change) => change.uid === ANN && change.status === STATUS.online,
  );
  await gaim.expect(loginComplete);
  await gaim.close();
});

/**
 * Encodes like Gaim, whose limerick says "because" and ends in a carriage
 * return.
 */
function gaimDigits(password: string, key: Uint8Array): string {
  const offset = keyOffset(key);
  return [...encodeText(password)].map((byte, i) => {
    const letter = GAIM_LIMERICK.charCodeAt(offset + i);
    return String(122 + i * (13 - i) + byte + letter).padStart(3, "0") + "7";
  }).join("");
}

Deno.test("gaim's spelling of the limerick is read under every key number", async () => {
  for (const number of [580, 585, 588]) {
    await using server = await TestServer.start({
      users: ["Ann"],
      settings: { "auth.server_key": `XyF\u00a6${number}473312518` },
    });
    const gaim = await Connection.open({
      transport: TCP,
      ...server.chat,
      version: 83,
    });
    await gaim.send(clientHello, { uid: ANN });
    await gaim.send(lymerick, { uid: ANN, firstRun: false });
    const { key } = await gaim.expect(serverKey);
    const digits = encodeText(gaimDigits(PASSWORD, key));
    const payload = concat([unhex("000f4242"), digits]);
    await gaim.sendRaw(CLIENT_TYPES.LOGIN.type, payload);
    await gaim.expect(loginComplete);
    await gaim.close();
  }
});

Deno.test("what comes before its time is ignored and harms nothing", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  const client = new PaltalkClient({ ...server.chat, reacts: false });
  const line = await client.dial(server.chat);
  const early = [
    CLIENT_TYPES.LOGIN,
    CLIENT_TYPES.ROOM_JOIN,
    CLIENT_TYPES.IM_OUT,
    CLIENT_TYPES.ADD_PAL,
    CLIENT_TYPES.GET_UIN,
  ];
  for (const { type } of early) {
    await line.sendRaw(type, unhex("000f4242 000f4242 000f4242"));
  }
  await line.send(clientHello, { uid: 0 });
  await line.next(SERVER_TYPES.HELLO.type);
  await line.sendRaw(CLIENT_TYPES.LOGIN.type, unhex("000f4242"));
  await line.send(getUin, { nickname: "Ann" });
  const { uid } = await line.expect(uinResponse);
  assert.equal(uid, ANN);
  assert.deepEqual(line.inbox.items, []);
  await line.close();
});

Deno.test("LOGIN for another uid than LYMERICK announced is refused", async () => {
  await using server = await TestServer.start({ users: ["Ann", "Bob"] });
  const line = await Connection.open({ transport: TCP, ...server.chat });
  await line.send(clientHello, { uid: BOB });
  await line.send(lymerick, { uid: BOB, firstRun: false });
  const { key } = await line.expect(serverKey);
  const digits = encodeText(passwordDigits(PASSWORD, key));
  const payload = concat([unhex("000f4242"), digits]);
  await line.sendRaw(CLIENT_TYPES.LOGIN.type, payload);
  const { code } = await line.expect(feedback);
  assert.notEqual(code, 0);
  await line.closed;
});

Deno.test("CLIENT_HELLO and LYMERICK too short for a uid are answered all the same", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  const line = await Connection.open({ transport: TCP, ...server.chat });
  await line.sendRaw(clientHello.type, unhex("000f"));
  await line.next(SERVER_TYPES.HELLO.type);
  await line.sendRaw(lymerick.type, unhex("01"));
  const { key } = await line.expect(serverKey);
  const digits = encodeText(passwordDigits(PASSWORD, key));
  await line.sendRaw(
    CLIENT_TYPES.LOGIN.type,
    concat([unhex("000f4242"), digits]),
  );
  await line.expect(loginComplete);
  await line.close();
});

Deno.test("a kick tells why, and the kicked one may sign on again", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  await using ann = await server.signOn("Ann");
  const kick = await server.cli([
    "user",
    "kick",
    "Ann",
    "--reason",
    "Too loud",
  ]);
  assert.equal(kick.code, 0, kick.err);
  const told = await ann.expect(feedback, ({ code }) => code !== 0);
  assert.equal(told.to, CLIENT_TYPES.LOGIN.type);
  assert.match(told.text, /Too loud/);
  await ann.connection.closed;
  await using again = await server.signOn("Ann");
  assert.equal(again.uid, ANN);
});

Deno.test("a ban ends the session and refuses the next sign-on until it is lifted", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  await using ann = await server.signOn("Ann");
  const ban = await server.cli(
    ["ban", "add", "Ann", "--for", "7d", "--reason", "Spam"],
  );
  assert.equal(ban.code, 0, ban.err);
  await ann.expect(feedback, ({ code }) => code !== 0);
  await ann.connection.closed;
  await assert.rejects(server.signOn("Ann"), refusedWith(/banned.*Spam/s));
  assert.equal((await server.cli(["ban", "remove", "Ann"])).code, 0);
  await using again = await server.signOn("Ann");
  assert.equal(again.uid, ANN);
});

Deno.test("SIGTERM tells everybody and ends with 0", async () => {
  await using server = await TestServer.start({ users: ["Ann"] });
  await using ann = await server.signOn("Ann");
  assert.equal(await server.stop(), 0);
  await ann.next(SERVER_TYPES.SERVER_ERROR.type);
  await ann.connection.closed;
});

Deno.test("REDIRECT answers each CLIENT_HELLO when the host has moved", async () => {
  await using target = await TestServer.start({ users: ["Ann"] });
  await using old = await TestServer.start({
    settings: { "redirect.host": `127.0.0.1:${target.chat.port}` },
  });
  await using ann = await old.signOn("Ann");
  assert.equal(ann.uid, ANN);
  await ann.settle();
});
