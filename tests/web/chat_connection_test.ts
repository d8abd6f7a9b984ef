/**
 * The connection of the page /chat: lost, frozen, restored, or taken over.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import type { PaltalkClient } from "../../lib/client/mod.ts";
import { roomMessageIn } from "../../lib/protocol/packets/messages.ts";
import { roomClose } from "../../lib/protocol/packets/rooms.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { Cable } from "./support/cable.ts";
import {
  chatTest,
  join,
  openChat,
  signOn,
  uidOf,
  write,
} from "./support/chat_page.ts";
import { PASSWORD, type WholeServer } from "./support/whole_server.ts";

function targetOf({ pages }: WholeServer) {
  const { hostname, port } = new URL(pages);
  return { hostname, port: Number(port) };
}

chatTest(
  "a second sign-on ends the first for good",
  async (server, browser) => {
    const first = await signOn(server, browser, "Ann");
    const second = await signOn(server, browser, "Ann");
    await first.waitForSelector("text=signed on from another place");
    await first.waitForTimeout(1500);
    equal(await first.locator(".sign-on").count(), 1);
    equal(await second.locator(".chat").count(), 1);
  },
);

chatTest(
  "a lost connection comes back into its room",
  async (server, browser, room) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(room);
    await using cable = new Cable(targetOf(server));
    const ann = await signOn(server, browser, "Ann", { pages: cable.address });
    await join(ann);
    await write(ann, "before");
    await ann.waitForSelector(".line.own.sent");
    cable.cut();
    await ann.waitForSelector("text=The connection was lost");
    await write(ann, "while it is away");
    await ann.waitForSelector(".composer .fault");
    cable.mend();
    await ann.waitForSelector("text=The connection was lost", {
      state: "detached",
    });
    await ann.waitForSelector(".members :text('Dan')");
    await ann.waitForSelector(".line:has-text('before')");
    // Unsent text is kept.
    equal(await ann.inputValue(".composer textarea"), "while it is away");
    await write(ann, "after");
    const uid = uidOf(server, "Ann");
    await dan.expect(
      roomMessageIn,
      (line) => line.uid === uid && decodeText(line.text) === "after",
    );
  },
);

/** Returns Ann's lines that Dan has received, in order. */
function linesOf(dan: PaltalkClient, uid: number): string[] {
  return dan.received.flatMap((frame) => {
    if (frame.type !== roomMessageIn.type) return [];
    const line = roomMessageIn.parse(frame.payload);
    return "uid" in line && line.uid === uid ? [decodeText(line.text)] : [];
  });
}

chatTest("a network gone for 20 seconds", async (server, browser, room) => {
  await using dan = await server.signOn("Dan");
  await dan.rooms.join(room);
  await using cable = new Cable(targetOf(server));
  const ann = await signOn(server, browser, "Ann", { pages: cable.address });
  const uid = uidOf(server, "Ann");
  await join(ann);
  await write(ann, "before");
  await ann.waitForSelector(".line.own.sent:has-text('before')");
  cable.freeze();
  await write(ann, "into the dark");
  await ann.waitForSelector(".line.own.sending:has-text('into the dark')");
  // Nothing reports the failure: the page notices that an answer is missing.
  await ann.waitForSelector("text=The connection was lost");
  await ann.waitForSelector(".line.own.unsure:has-text('into the dark')");
  await dan.rooms.say(room, "anybody there?");
  await ann.waitForTimeout(6000);
  cable.mend();
  await ann.waitForSelector("text=The connection was lost", {
    state: "detached",
    timeout: 30_000,
  });
  await ann.waitForSelector(".members :text('Dan')");
  await write(ann, "after");
  await ann.waitForSelector(".line.own.sent:has-text('after')");
  await dan.expect(
    roomMessageIn,
    (line) => line.uid === uid && decodeText(line.text) === "after",
  );
  // Lines marked as unsure may have arrived or not; all others have.
  const arrived = linesOf(dan, uid);
  equal(arrived.filter((line) => line === "before").length, 1);
  equal(arrived.filter((line) => line === "after").length, 1);
  ok(arrived.filter((line) => line === "into the dark").length <= 1);
});

chatTest(
  "a server restart brings everybody back into the room",
  async (server, browser, room) => {
    await using cable = new Cable(targetOf(server));
    const pages = cable.address;
    const ann = await signOn(server, browser, "Ann", { pages });
    await join(ann);
    // Bob uses a web session, which outlives a restart.
    const bob = await openChat(server, browser, { pages });
    await bob.goto(`${pages}/sign-in`);
    await bob.fill("#nickname", "Bob");
    await bob.fill("#password", PASSWORD);
    await bob.click("main button");
    await bob.waitForURL(/\/member$/);
    await bob.goto(`${pages}/chat`);
    await bob.click("text=Sign on as Bob");
    await join(bob);
    await write(bob, "said before");
    await bob.waitForSelector(".line.own.sent:has-text('said before')");
    await server.restart();
    cable.target = targetOf(server);
    await ann.waitForSelector("text=The connection was lost", {
      state: "detached",
    });
    await bob.waitForSelector("text=The connection was lost", {
      state: "detached",
    });
    await bob.waitForSelector(".members :text('Ann')");
    await bob.waitForSelector(".line:has-text('said before')");
    await write(bob, "said after");
    await ann.waitForSelector(".line:has-text('said after')");
    // After the web session has ended, a password brings Bob back into the same
    // room.
    const other = await bob.context().newPage();
    await other.goto(`${pages}/member`);
    await other.click("text=Sign out");
    // Chromium may never close a window that is still loading a page.
    await other.waitForURL(`${pages}/`);
    await other.close();
    cable.cut();
    cable.mend();
    await bob.waitForSelector(".sign-on >> text=Sign on to go on");
    equal(await bob.inputValue("#nickname"), "Bob");
    await bob.fill("#password", PASSWORD);
    await bob.click("button:text('Sign on')");
    await bob.waitForSelector(".members :text('Ann')");
    await bob.waitForSelector(".line:has-text('said after')");
    const members = () =>
      server.live.rooms().find(({ gid }) => gid === room)?.members.length;
    for (let i = 0; i < 100 && members() !== 2; i++) {
      await bob.waitForTimeout(100);
    }
    equal(members(), 2);
  },
);

chatTest(
  "a room that is gone when the connection comes back",
  async (server, browser) => {
    await using dan = await server.signOn("Dan");
    const category = server.store.categories.list()[0]!.code;
    const made = await dan.rooms.create({ name: "Short-lived", category });
    await using cable = new Cable(targetOf(server));
    const ann = await signOn(server, browser, "Ann", { pages: cable.address });
    await ann.click("button.name:text('Short-lived')");
    await write(ann, "hello");
    await ann.waitForSelector(".line.own.sent:has-text('hello')");
    cable.cut();
    await ann.waitForSelector("text=The connection was lost");
    await dan.send(roomClose, { gid: made.gid });
    await dan.settle();
    cable.mend();
    await ann.waitForSelector(
      ".notice:has-text('You could not come back into this room.')",
    );
    equal(await ann.locator(".composer").count(), 0);
    await ann.waitForSelector("h1:text-is('Rooms')");
  },
);
