/**
 * Text, people and looks of the page /chat.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { imIn, roomMessageIn } from "../../lib/protocol/packets/messages.ts";
import { redDot, unredDot } from "../../lib/protocol/packets/microphone.ts";
import { decodeText, encodeText } from "../../lib/protocol/windows1252.ts";
import {
  chatTest,
  join,
  PORCH,
  signOn,
  uidOf,
  write,
} from "./support/chat_page.ts";
import {
  accessibilityFaults,
  DESK,
  PHONE,
  screenshot,
} from "./support/chromium.ts";

chatTest(
  "text, formatting and letters go both ways",
  async (server, browser, room) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(room);
    const ann = await signOn(server, browser, "Ann");
    await join(ann);
    await ann.waitForSelector(".members :text('Dan')");
    const line = "Grüße, café – “€ 5” & <b>no tag</b>";
    await write(ann, line);
    const uid = uidOf(server, "Ann");
    const heard = await dan.expect(roomMessageIn, (line) => line.uid === uid);
    deepEqual(heard.text, encodeText(line));
    await ann.waitForSelector(".line.own.sent");
    await ann.click("button[aria-label=bold]");
    await write(ann, "loud");
    const bold = await dan.expect(roomMessageIn, (line) => line.uid === uid);
    equal(decodeText(bold.text), "<pb>loud</pb>");
    await dan.rooms.say(
      room,
      `<pfont color="#255"><pb>Hé</pb></pfont> <script>x</script> www.example.org`,
    );
    const said = ann.locator(".line:not(.own) .text", { hasText: "Hé" });
    equal(
      await said.innerText(),
      "Hé <script>x</script> www.example.org",
    );
    equal(
      await said.locator("a").getAttribute("href"),
      "http://www.example.org/",
    );
    equal(
      await said.locator("span", { hasText: "Hé" }).evaluate((e) =>
        // deno-lint-ignore no-explicit-any -- of the page
        (globalThis as any).getComputedStyle(e).color
      ),
      "rgb(255, 0, 0)",
    );
    // What the old client cannot show is not sent.
    await ann.fill(".composer textarea", "Привет");
    await ann.press(".composer textarea", "Enter");
    match(await ann.innerText(".composer .fault"), /cannot show “П”/);
  },
);

chatTest("messages, pals and presence", async (server, browser) => {
  await using dan = await server.signOn("Dan");
  const ann = await signOn(server, browser, "Ann");
  const uid = uidOf(server, "Ann");
  await dan.people.im(uid, "psst");
  await ann.click(".tabs :text('Dan')");
  await ann.waitForSelector(".line:has-text('psst')");
  await write(ann, "yes?");
  equal(decodeText((await dan.expect(imIn)).text), "yes?");
  await ann.click("text=Add to my pals");
  await ann.waitForSelector(".pals .person.online:has-text('Dan')");
  await dan.people.away("lunch");
  await ann.waitForSelector(".pals .person.away:has-text('Dan')");
  await dan.signOff();
  await ann.waitForSelector(".pals .person.offline:has-text('Dan')");
});

chatTest("hand, red dot and kick", async (server, browser, room) => {
  await using dan = await server.signOn("Dan");
  await dan.rooms.join(room);
  const ann = await signOn(server, browser, "Ann");
  await join(ann);
  await ann.click("text=Raise my hand");
  await ann.waitForSelector(".members [aria-label^='hand up']");
  await ann.click("text=Lower my hand");
  await ann.waitForSelector("text=Raise my hand");
  const { uid } = server.store.accounts.byNickname("Ann")!;
  const boss = await server.addUser("Boss", { role: "superadmin" });
  await using staff = await server.signOn("Boss");
  equal(staff.uid, boss.uid);
  await staff.rooms.join(room);
  await staff.send(redDot, { gid: room, uid });
  await ann.waitForSelector(".members [aria-label='may not speak']");
  ok(await ann.isDisabled(".talk-key"));
  await staff.send(unredDot, { gid: room, uid });
  await ann.waitForSelector(".talk-key:not([disabled])");
  server.live.kick(uid, "Be nice.");
  await ann.waitForSelector(".sign-on :text('Be nice.')");
});

chatTest(
  "everything can be done by the keyboard",
  async (server, browser, room) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(room);
    const page = await signOn(server, browser, "Ann");
    const uid = uidOf(server, "Ann");
    await page.focus(`button.name:text('${PORCH}')`);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".room-view");
    await page.focus(".composer textarea");
    await page.keyboard.type("typed");
    await page.keyboard.press("Enter");
    const line = await dan.expect(roomMessageIn, (line) => line.uid === uid);
    equal(decodeText(line.text), "typed");
    // The space bar talks where it is not needed to write.
    await page.focus(".lines");
    await page.keyboard.down("Space");
    await page.waitForSelector(".talk-key.on");
    await page.keyboard.up("Space");
    await page.waitForSelector(".talk-key:not(.on)");
    await page.focus("text=Settings");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog[open]");
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog[open]", { state: "detached" });
  },
);

chatTest(
  "no accessibility faults, on the desk and on a phone",
  async (server, browser, room) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(room);
    await dan.rooms.say(room, "hello");
    for (
      const [name, viewport] of [["desk", DESK], ["phone", PHONE]] as const
    ) {
      const page = await signOn(
        server,
        browser,
        name === "desk" ? "Ann" : "Bob",
        { viewport },
      );
      deepEqual(await accessibilityFaults(page), []);
      await screenshot(page, `chat-rooms-${name}`);
      await join(page);
      await page.waitForSelector(".members :text('Dan')");
      await write(page, "hello from here");
      deepEqual(await accessibilityFaults(page), []);
      await screenshot(page, `chat-room-${name}`);
      const wide = await page.evaluate(() =>
        // deno-lint-ignore no-explicit-any -- of the page
        (globalThis as any).document.documentElement.scrollWidth
      );
      ok(wide <= viewport.width, `${wide} wide`);
    }
  },
);
