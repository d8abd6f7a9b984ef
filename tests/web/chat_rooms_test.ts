/**
 * Rooms on the page /chat: created, joined in every way, and moderated.
 *
 * @module
 */
import { equal, match, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import {
  inviteIn,
  inviteOut,
  roomClosed,
} from "../../lib/protocol/packets/rooms.ts";
import { roomBounce } from "../../lib/protocol/packets/moderation.ts";
import { redDotOn } from "../../lib/protocol/packets/microphone.ts";
import { roomUserJoined } from "../../lib/protocol/packets/members.ts";
import { banner } from "../../lib/protocol/packets/messages.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import {
  answer,
  chatTest,
  choose,
  join,
  PORCH,
  signOn,
  uidOf,
  write,
} from "./support/chat_page.ts";

async function createRoom(page: Page, name: string, ...ticks: string[]) {
  await page.click("text=Create a room");
  await page.fill("#room-name", name);
  for (const tick of ticks) await page.check(tick);
  await page.click("dialog[open] button:text('Create')");
  await page.waitForSelector(`.room-view h1:text('${name}')`);
}

chatTest(
  "a room is made, locked, and looked after",
  async (server, browser) => {
    await using dan = await server.signOn("Dan");
    const danUid = dan.uid;
    const ann = await signOn(server, browser, "Ann");
    await ann.click("text=Create a room");
    await ann.fill("#room-name", "Café Größe");
    await ann.fill("#room-lock", "sésame");
    await ann.click("dialog[open] button:text('Create')");
    await ann.waitForSelector(".room-view h1:text('Café Größe')");
    const { gid } = server.live.rooms().find(({ name }) =>
      name === "Café Größe"
    )!;
    await dan.rooms.join(gid, { lockword: "sésame" });
    await ann.waitForSelector(".members :text('Dan')");
    await choose(ann, ".members", "Dan", "Red dot");
    equal((await dan.expect(redDotOn)).uid, danUid);
    await ann.waitForSelector(".members [aria-label='may not speak']");
    await choose(ann, ".members", "Dan", "Take red dot away");
    await ann.waitForSelector(".members [aria-label='may not speak']", {
      state: "detached",
    });
    await ann.click("text=Admin console");
    await ann.fill("#banner", "Bienvenue à tous");
    await ann.click("text=Show it");
    const shown = await dan.expect(
      banner,
      ({ text }) => decodeText(text).includes("Bienvenue"),
    );
    equal(decodeText(shown.text), "Bienvenue à tous");
    await ann.click("button[aria-label=Close]");
    // Bounced, and back in when the console allows it.
    await choose(ann, ".members", "Dan", "Bounce");
    await answer(ann, "too loud");
    match((await dan.expect(roomClosed)).text, /./);
    await ann.waitForSelector(".members :text('Dan')", { state: "detached" });
    await ann.click("text=Admin console");
    await ann.click("dialog[open] .person:has-text('Dan') >> text=Let back in");
    await ann.waitForSelector("dialog[open] .person:has-text('Dan')", {
      state: "detached",
    });
    await ann.click("button[aria-label=Close]");
    await dan.rooms.join(gid, { lockword: "sésame" });
    await ann.waitForSelector(".members :text('Dan')");
    await choose(ann, ".members", "Dan", "Ban");
    await ann.click("text=Admin console");
    await ann.waitForSelector("dialog[open] h3:text('Banned')");
    await ann.click("dialog[open] .person:has-text('Dan') >> text=Let back in");
    await ann.waitForSelector("dialog[open] .person:has-text('Dan')", {
      state: "detached",
    });
    await ann.click("dialog[open] >> text=Close the room");
    await ann.click("dialog[open] .actions .danger");
    await ann.waitForSelector(".notice:has-text('Café Größe')");
    equal(await ann.locator(".room-view").count(), 0);
  },
);

chatTest(
  "the page is bounced, and banned, with a sentence",
  async (server, browser, room) => {
    const boss = await server.addUser("Boss", { role: "superadmin" });
    await using staff = await server.signOn("Boss");
    equal(staff.uid, boss.uid);
    await staff.rooms.join(room);
    const ann = await signOn(server, browser, "Ann");
    await join(ann);
    const bob = await signOn(server, browser, "Bob");
    await join(bob);
    server.live.kick(uidOf(server, "Bob"), "Enough for today.");
    await bob.waitForSelector(".sign-on :text('Enough for today.')");
    const uid = uidOf(server, "Ann");
    await staff.send(roomBounce, { gid: room, uid });
    await ann.waitForSelector(`.notice:has-text('${PORCH}')`);
    await ann.waitForSelector("h1:text-is('Rooms')");
    await ann.click(".notice >> text=OK");
    await ann.click(`button.name:text('${PORCH}')`);
    await ann.waitForSelector(".notice .plain");
    equal(await ann.locator(".room-view").count(), 0);
  },
);

chatTest("invitations go both ways", async (server, browser, room) => {
  await using dan = await server.signOn("Dan");
  const ann = await signOn(server, browser, "Ann");
  const uid = uidOf(server, "Ann");
  await dan.rooms.join(room);
  await dan.send(inviteOut, { gid: room, uid });
  await ann.click(".notice:has-text('Dan invites you') >> text=Join");
  await ann.waitForSelector(".members :text('Dan')");
  await choose(ann, ".members", "Dan", "Add to my pals");
  await ann.waitForSelector(".pals .person.online:has-text('Dan')");
  await ann.click(".tabs >> text=Rooms");
  await createRoom(ann, "By word of mouth", "#room-private");
  const { gid } = server.live.rooms().find(({ name }) =>
    name === "By word of mouth"
  )!;
  await ann.click(".actions >> text=Invite");
  await ann.click("dialog[open] .person:has-text('Dan') >> text=Invite");
  const invitation = await dan.expect(inviteIn);
  equal(invitation.gid, gid);
  equal(invitation.uid, uid);
  await dan.rooms.join(gid);
  await ann.waitForSelector(".members :text('Dan')");
  // The room is on no list.
  const bob = await signOn(server, browser, "Bob");
  equal(await bob.locator(".rooms :text('By word of mouth')").count(), 0);
});

chatTest("an invitation to a locked room asks for its lockword", async (
  server,
  browser,
) => {
  await using dan = await server.signOn("Dan");
  const category = server.store.categories.list()[0]!.code;
  const { gid } = await dan.rooms.create({
    name: "Behind a door",
    category,
    lockword: "sésame",
  });
  const ann = await signOn(server, browser, "Ann");
  const uid = uidOf(server, "Ann");
  await dan.send(inviteOut, { gid, uid });
  await dan.send(inviteOut, { gid, uid });
  await ann.click(".notice:has-text('Dan invites you') >> text=Join");
  await answer(ann, "sésame");
  await ann.waitForSelector(".room-view .members :text('Dan')");
  equal(await ann.locator(".notice:has-text('Dan invites you')").count(), 0);
});

chatTest("a private room for two", async (server, browser) => {
  await using dan = await server.signOn("Dan");
  const ann = await signOn(server, browser, "Ann");
  await dan.people.im(uidOf(server, "Ann"), "hello");
  await ann.click(".tabs :text('Dan')");
  await ann.click("text=Add to my pals");
  await ann.waitForSelector(".pals .person.online:has-text('Dan')");
  await choose(ann, ".pals", "Dan", "Private room");
  const { gid } = await dan.expect(inviteIn);
  await dan.rooms.join(gid);
  await ann.waitForSelector(".room-view .members :text('Dan')");
  await write(ann, "just us");
  await ann.waitForSelector(".line.own.sent:has-text('just us')");
});

chatTest("unseen, and as admin by the code", async (server, browser, room) => {
  await server.addUser("Eve", { paid: "6" });
  await server.addUser("Plain", { paid: "" });
  const owner = await server.addUser("Owner");
  server.store.rooms.create({
    name: "Owner's den",
    category: server.store.categories.list()[0]!.code,
    type: 3,
    owner: owner.uid,
    adminCode: "4321",
    createdAt: Date.now(),
  });
  // Permanent rooms are loaded when a server starts.
  await server.restart();
  await using dan = await server.signOn("Dan");
  await dan.rooms.join(room);
  const eve = await signOn(server, browser, "Eve");
  await eve.check("#invisible");
  await join(eve);
  await eve.waitForSelector(".members :text('Dan')");
  await dan.settle();
  const joined = dan.received.filter(({ type }) =>
    type === roomUserJoined.type
  );
  equal(joined.length, 0);
  const ann = await signOn(server, browser, "Plain");
  equal(await ann.locator("#invisible").count(), 0);
  await ann.click("text=Join as admin");
  await ann.fill("#admin-owner", "Owner");
  await ann.fill("#admin-code", "1234");
  await ann.click("dialog[open] button:text('Join')");
  await ann.waitForSelector(".notice .plain");
  await ann.click("text=Join as admin");
  await ann.fill("#admin-owner", "Owner");
  await ann.fill("#admin-code", "4321");
  await ann.click("dialog[open] button:text('Join')");
  await ann.waitForSelector(".room-view >> text=Admin console");
});

chatTest(
  "the room list counts while one looks",
  async (server, browser, room) => {
    const ann = await signOn(server, browser, "Ann");
    const people = ann.locator(`.room:has-text('${PORCH}') .people`);
    match(await people.innerText(), /^0/);
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(room);
    await ann.waitForSelector(`.room:has-text('${PORCH}') .people:text('1')`);
    const { name } = await dan.rooms.create({
      name: "A new one",
      category: server.store.categories.list()[0]!.code,
    });
    await ann.waitForSelector(`button.name:text('${name}')`);
    ok(await people.isVisible());
  },
);
