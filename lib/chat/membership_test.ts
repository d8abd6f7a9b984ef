import assert from "node:assert/strict";
import { dropWaitingRooms } from "./membership.ts";
import { type TestChat, type TestClient, u32, withChat } from "./testing.ts";

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

Deno.test("when all lines break at once, everybody finds the room again", () =>
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

Deno.test("who has left a room is not one of those it waits for", () =>
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
