/**
 * Users on the page /chat: whispers, profiles, searches, names, offers.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import {
  getProfileMessages,
  imIn,
  newStyleIm,
  profileMessageIn,
  profileMessageOut,
  roomMessageIn,
} from "../../lib/protocol/packets/messages.ts";
import {
  callEnded,
  callRequest,
  videoRefused,
  videoRequest,
  xferRefused,
  xferRequest,
} from "../../lib/protocol/packets/transfers.ts";
import { decodeText, encodeText } from "../../lib/protocol/windows1252.ts";
import {
  answer,
  chatTest,
  choose,
  join,
  openChat,
  signOn,
  uidOf,
  write,
} from "./support/chat_page.ts";
import { signIn } from "./support/visits.ts";

chatTest("whispers and own names for pals", async (server, browser, room) => {
  await using dan = await server.signOn("Dan");
  await dan.rooms.join(room);
  await using bob = await server.signOn("Bob");
  await bob.rooms.join(room);
  const ann = await signOn(server, browser, "Ann");
  await join(ann);
  await choose(ann, ".members", "Dan", "Whisper");
  await answer(ann, "only you: café");
  const heard = await dan.expect(
    roomMessageIn,
    ({ uid }) => uid === uidOf(server, "Ann"),
  );
  match(decodeText(heard.text), /Start Whisper[\s\S]*only you: café/);
  await dan.rooms.say(room, "/w Ann: and back");
  await ann.waitForSelector(".line.whisper:has-text('and back')");
  await choose(ann, ".members", "Dan", "Add to my pals");
  await ann.waitForSelector(".pals .person:has-text('Dan')");
  await choose(ann, ".pals", "Dan", "Rename");
  await answer(ann, "Danny");
  await ann.waitForSelector(".pals .person:has-text('Danny')");
  await bob.settle();
  equal(
    bob.received.some(({ payload }) =>
      decodeText(payload).includes("only you")
    ),
    false,
  );
});

chatTest("profiles, one's own and others'", async (server, browser, room) => {
  const ann = await signOn(server, browser, "Ann");
  await ann.click("text=My profile");
  await ann.fill("#profile-first", "Änne");
  await ann.fill("#profile-country", "Österreich");
  await ann.fill("#profile-street", "Hidden Lane 1");
  await ann.check("#show-first");
  await ann.uncheck("#show-email");
  await ann.click("dialog[open] >> text=Save");
  await using dan = await server.signOn("Dan");
  await dan.rooms.join(room);
  const bob = await signOn(server, browser, "Bob");
  await bob.click("text=Search");
  await bob.fill("#search-first", "Änne");
  await bob.press("#search-first", "Enter");
  await bob.click("dialog[open] >> text=Profile");
  const shown = bob.locator("dialog[open] dl.profile");
  await shown.waitFor();
  match(await shown.innerText(), /Ann[\s\S]*Änne[\s\S]*Österreich/);
  equal((await shown.innerText()).includes("Hidden"), false);
  // The user's own form shows everything.
  await ann.click("text=My profile");
  await ann.waitForSelector("#profile-street");
  equal(await ann.inputValue("#profile-street"), "Hidden Lane 1");
  ok(await ann.isChecked("#show-first"));
  equal(await ann.isChecked("#show-email"), false);
  const refused = await fetch(`${server.pages}/chat/profile`, {
    headers: { authorization: `Ticket ${"a".repeat(22)}` },
  });
  equal(refused.status, 403);
  await refused.body?.cancel();
});

chatTest(
  "signed on by the web session, the e-mail address needs the password",
  async (server, browser) => {
    const { uid } = server.store.accounts.byNickname("Ann")!;
    server.store.accounts.update(uid, { email: "ann@example.org" });
    const ann = await openChat(server, browser);
    await signIn(ann, server, "Ann");
    await ann.goto(`${server.pages}/chat`);
    await ann.click("text=Sign on as Ann");
    await ann.click("text=My profile");
    const email = ann.locator("#profile-email");
    equal(await email.inputValue(), "ann@example.org");
    equal(await email.getAttribute("readonly"), "");
    match(
      await ann.locator("#profile-email-why").innerText(),
      /needs your password/,
    );
    // The address may have changed elsewhere meanwhile: the rest is kept.
    server.store.accounts.update(uid, { email: "new@example.org" });
    await ann.fill("#profile-first", "Anne");
    await ann.click("dialog[open] button:text('Save')");
    await ann.waitForSelector("dialog[open]", { state: "detached" });
    for (let i = 0; i < 50; i++) {
      if (server.store.accounts.get(uid)!.first === "Anne") break;
      await ann.waitForTimeout(50);
    }
    const { first, email: kept } = server.store.accounts.get(uid)!;
    equal(first, "Anne");
    equal(kept, "new@example.org");
  },
);

chatTest("the away text is one's own and stays", async (server, browser) => {
  await using dan = await server.signOn("Dan");
  const ann = await signOn(server, browser, "Ann");
  await ann.click(".pals >> text=Text…");
  await answer(ann, "Gone fishing à la mer");
  await ann.check("#away");
  await dan.people.im(uidOf(server, "Ann"), "hello?");
  const { text } = await dan.expect(imIn);
  match(decodeText(text), /Gone fishing à la mer/);
  await ann.reload();
  await ann.fill("#nickname", "Ann");
  await ann.fill("#password", "secret11");
  await ann.click("text=Sign on");
  await ann.click(".pals >> text=Text…");
  equal(
    await ann.inputValue("dialog[open] input[name=text]"),
    "Gone fishing à la mer",
  );
}, { "messages.away_reply": true });

chatTest("offers of files and calls end at once", async (server, browser) => {
  await using dan = await server.signOn("Dan");
  const ann = await signOn(server, browser, "Ann");
  const uid = uidOf(server, "Ann");
  await dan.send(xferRequest, { uid, port: 2090 });
  equal((await dan.expect(xferRefused)).uid, uid);
  await ann.waitForSelector(".notice:has-text('Dan offered a file')");
  await dan.send(callRequest, { uid, port: 2090 });
  equal((await dan.expect(callEnded)).uid, uid);
  await ann.waitForSelector(".notice:has-text('Dan offered a call')");
  await dan.send(videoRequest, { uid, port: 2091 });
  equal((await dan.expect(videoRefused)).uid, uid);
});

chatTest("messages that waited arrive", async (server, browser) => {
  await using dan = await server.signOn("Dan");
  const uid = uidOf(server, "Ann");
  await dan.people.im(uid, "waiting: naïve €");
  await dan.send(profileMessageOut, {
    from: dan.uid,
    fromProfile: 1,
    to: uid,
    toProfile: 1,
    text: encodeText("to your profile"),
  });
  await dan.settle();
  const ann = await signOn(server, browser, "Ann");
  await ann.click(".tabs :text('Dan')");
  await ann.waitForSelector(".line:has-text('naïve €')");
  await ann.waitForSelector(".line:has-text('to your profile')");
  await dan.signOff();
  await write(ann, "for later");
  await ann.waitForSelector(".line.own.sent");
  await using again = await server.signOn("Dan");
  const { text } = await again.expect(newStyleIm);
  match(decodeText(text), /for later/);
});

chatTest("choices outlast a reload", async (server, browser) => {
  const ann = await signOn(server, browser, "Ann");
  await join(ann);
  await ann.click("text=Settings");
  await ann.click("text=Cancel echo");
  await ann.selectOption("#rate", "2");
  await ann.waitForSelector("#videoinput option:nth-child(2)", {
    state: "attached",
  });
  await ann.click("text=A sound for messages");
  await ann.click("button[aria-label=Close]");
  await ann.click(".looks [aria-label=bold]");
  await ann.click("text=Alerts");
  await ann.locator(".volume input").fill("0.5");
  const read = () =>
    ann.evaluate(() =>
      // deno-lint-ignore no-explicit-any -- of the page
      JSON.parse((globalThis as any).localStorage["retropal-chat"])
    );
  const { processed, picturesPerSecond, sound, look, ...rest } = await read();
  deepEqual([processed, picturesPerSecond, sound], [false, 2, false]);
  equal(look.bold, true);
  equal(rest.announcedRooms.length, 1);
  ann.on("dialog", (dialog) => void dialog.accept());
  await ann.reload();
  await ann.fill("#nickname", "Ann");
  await ann.fill("#password", "secret11");
  await ann.click("text=Sign on");
  await join(ann);
  equal(await ann.inputValue(".volume input"), "0.5");
  equal(
    await ann.getAttribute(".looks [aria-label=bold]", "aria-pressed"),
    "true",
  );
  await ann.click("text=Settings");
  equal(await ann.inputValue("#rate"), "2");
});

chatTest(
  "messages to a profile, and a history that outlasts its tab",
  async (server, browser) => {
    const ann = await signOn(server, browser, "Ann");
    await ann.click("text=Search");
    await ann.fill("#search-nickname", "Dan");
    await ann.press("#search-nickname", "Enter");
    await ann.click("dialog[open] >> text=Profile");
    await ann.click("text=Leave a message");
    await ann.fill("dialog[open] input[name=text]", "for your profile: ü €");
    await ann.press("dialog[open] input[name=text]", "Enter");
    await ann.click("dialog[open][aria-label='Profile of Dan'] .close");
    await ann.click("dialog[open] .close");
    await ann.click(".tabs :text('Dan')");
    await ann.waitForSelector(
      ".line.own.sent:has-text('(profile message): for your profile: ü €')",
    );
    await using dan = await server.signOn("Dan");
    await dan.send(getProfileMessages, {});
    const { from, to, text } = await dan.expect(profileMessageIn);
    deepEqual([from, to], [uidOf(server, "Ann"), dan.uid]);
    deepEqual(text, encodeText("for your profile: ü €"));

    await ann.click("text=Close");
    equal(await ann.locator(".tabs :text('Dan')").count(), 0);
    await dan.people.im(uidOf(server, "Ann"), "got it");
    await ann.click(".tabs :text('Dan')");
    await ann.waitForSelector(".line:has-text('got it')");
    await ann.waitForSelector(".line.own:has-text('for your profile')");
    const [file] = await Promise.all([
      ann.waitForEvent("download"),
      ann.click(".place button:text-is('Save')"),
    ]);
    equal(file.suggestedFilename(), "Dan.txt");
    const saved = await Deno.readTextFile(await file.path());
    match(saved, /Ann: for your profile: ü €\r\n.*Dan: got it\r\n$/);
  },
);

chatTest(
  "a message that the server does not take is marked",
  async (server, browser) => {
    await server.addUser("Zed");
    const ann = await signOn(server, browser, "Ann");
    await ann.click("text=Search");
    await ann.fill("#search-nickname", "Zed");
    await ann.press("#search-nickname", "Enter");
    await ann.click("dialog[open] >> text=Message");
    server.store.accounts.remove(uidOf(server, "Zed"), "keep");
    await write(ann, "anybody?");
    await ann.waitForSelector(
      ".line.own.refused:has-text('was not accepted')",
    );
    await ann.waitForSelector(".notice:has-text('no such user')");
  },
);
