import assert from "node:assert/strict";
import { dropWaitingRooms } from "./membership.ts";
import {
  joinAll,
  OAK,
  type TestChat,
  type TestClient,
  u32,
  withChat,
} from "../../tests/support/chat/test_chat.ts";

const CREATE = "0003 0000 7542 0000082a 'GGlitch'";

/** A temporary room of the first, with all of them in it. */
async function makeRoom(
  chat: TestChat,
  ...clients: readonly [TestClient, ...TestClient[]]
): Promise<string> {
  const [owner, ...others] = clients;
  await owner.send("ROOM_CREATE", CREATE);
  const gid = u32(chat.world.roomByName("Glitch")!.gid);
  for (const other of others) await join(other, gid);
  chat.forget();
  return gid;
}

const join = (client: TestClient, gid: string) =>
  client.send("ROOM_JOIN", `${gid} 0000 0000082a`);

Deno.test("when all connections break together, everybody finds the room again", () =>
  withChat(async (chat) => {
    const [olga, ann, bob] = await chat.signOnAll("Olga", "Ann", "Bob");
    const gid = await makeRoom(chat, olga, ann, bob);
    for (const client of [olga, ann, bob]) client.hangUp();
    const [eve, back] = [await chat.signOn("Eve"), await chat.signOn("Ann")];
    await join(eve, gid);
    eve.expect("FEEDBACK feca 0001 'This room does not exist any more.'");
    await join(back, gid);
    assert.equal(back.takeNames()[0], "ROOM_JOINED");
    assert.equal(chat.world.listedRooms(30018).length, 2);
  }));

Deno.test("a room does not wait for members who have left", () =>
  withChat(async (chat) => {
    const [olga, ann, bob] = await chat.signOnAll("Olga", "Ann", "Bob");
    const gid = await makeRoom(chat, olga, ann, bob);
    await ann.send("ROOM_LEAVE", gid);
    for (const client of [bob, olga]) client.hangUp();
    await join(ann, gid);
    ann.expect("FEEDBACK feca 0001 'This room does not exist any more.'");
  }));

Deno.test("a room waits for a minute and is gone then", () =>
  withChat(async (chat) => {
    const [olga] = await chat.signOnAll("Olga");
    const gid = await makeRoom(chat, olga);
    olga.hangUp();
    chat.now += 60_001;
    chat.act(dropWaitingRooms);
    const back = await chat.signOn("Olga");
    await join(back, gid);
    back.expect("FEEDBACK feca 0001 'This room does not exist any more.'");
  }));

const left = (client: TestClient) =>
  client.take().filter((line) => line.startsWith("ROOM_USER_LEFT"));

Deno.test("a client that reconnects loses the members who left meanwhile", () =>
  withChat(async (chat) => {
    const [ann, bob, cat] = await chat.signOnAll("Ann", "Bob", "Cat");
    await joinAll(chat, OAK, ann, bob, cat);
    ann.hangUp();
    await bob.send("ROOM_LEAVE", u32(OAK));
    await cat.send("ROOM_LEAVE", u32(OAK));
    await cat.send("ROOM_JOIN", `${u32(OAK)} 0000 0000082a`);
    const back = await chat.signOn("Ann");
    await back.send("ROOM_JOIN", `${u32(OAK)} 0000 0000082a`);
    const frames = back.take();
    const gone = frames.findIndex((line) => line.startsWith("ROOM_USER_LEFT"));
    const list = frames.findIndex((line) => line.startsWith("ROOM_USER_LIST"));
    assert.equal(frames[gone], `ROOM_USER_LEFT ${u32(OAK)}${u32(bob.uid)}`);
    assert.ok(gone >= 0 && gone < list);
  }));

Deno.test("after a crash everybody seen shortly before is taken off old lists", () =>
  withChat(async (chat) => {
    const { uid } = chat.addUser("Bob");
    chat.world.seenBefore = [uid];
    const [ann, cat] = await chat.signOnAll("Ann", "Cat");
    await ann.send("ROOM_JOIN", `${u32(OAK)} 0000 0000082a`);
    assert.deepEqual(left(ann), [`ROOM_USER_LEFT ${u32(OAK)}${u32(uid)}`]);
    // Nobody still has a window a minute after the sign-on.
    chat.now += 60_000;
    await cat.send("ROOM_JOIN", `${u32(OAK)} 0000 0000082a`);
    assert.deepEqual(left(cat), []);
  }));
