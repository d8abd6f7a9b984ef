/**
 * Actions of staff on a user of the page /chat, as the user sees them.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { chatTest, join, signOn, uidOf, write } from "./support/chat_page.ts";

chatTest(
  "staff move, bounce, warn and ban, each with its sentence",
  async (server, browser, room) => {
    const { live, store } = server;
    const ann = await signOn(server, browser, "Ann");
    const uid = uidOf(server, "Ann");
    const other = live.rooms().find(({ gid }) => gid !== room)!;
    live.moveUser(uid, other.gid);
    await ann.waitForSelector(`.room-view h1:text-is("${other.name}")`);
    live.broadcast("The server rests at noon – été.");
    await ann.click(".notice:has-text('rests at noon – été') >> text=OK");
    live.message(uid, "Please keep it down.");
    await ann.click(".tabs button:has(.unread)");
    await ann.waitForSelector(".line:has-text('Please keep it down.')");
    live.bounce(other.gid, uid, 3, "Too loud for this room.");
    await ann.click(".notice:has-text('Too loud for this room.') >> text=OK");
    equal(await ann.locator(`.tabs :text("${other.name}")`).count(), 0);
    await ann.click(".tabs >> text=Rooms");
    await join(ann);
    store.bans.add({
      kind: "account",
      target: String(uid),
      reason: "Enough of it.",
      by: "cli",
      byUid: null,
      rank: 5,
      at: Date.now(),
      until: null,
    });
    live.kick(uid, "You are banned: Enough of it.");
    await ann.waitForSelector(".sign-on :text('Enough of it.')");
    // The page does not reconnect by itself, and the password does not help
    // either.
    await ann.fill("#nickname", "Ann");
    await ann.fill("#password", "secret11");
    await ann.click("button:text('Sign on')");
    await ann.waitForSelector(".sign-on .failed:has-text('banned')");
    equal(live.isOnline(uid), false);
  },
);

chatTest(
  "a user who is muted learns that the line was not shown",
  async (server, browser, room) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(room);
    const ann = await signOn(server, browser, "Ann");
    await join(ann);
    const uid = uidOf(server, "Ann");
    server.store.mutes.set({
      uid,
      reason: "Calm down.",
      by: "cli",
      rank: 5,
      at: Date.now(),
      until: null,
    });
    server.live.muteChanged(uid);
    await write(ann, "heard by nobody");
    await ann.waitForSelector(".line.notice:has-text('Calm down.')");
    await dan.settle();
    equal(
      dan.received.some(({ payload }) =>
        decodeText(payload).includes("heard by nobody")
      ),
      false,
    );
  },
);
