/**
 * Text, users and appearance of the page /chat.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { imIn, roomMessageIn } from "../../lib/protocol/packets/messages.ts";
import { redDot, unredDot } from "../../lib/protocol/packets/microphone.ts";
import { decodeText, encodeText } from "../../lib/protocol/windows1252.ts";
import {
  chatTest,
  join,
  openChat,
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
import { PASSWORD } from "./support/whole_server.ts";

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
    // Text that the old client cannot show is not sent.
    await ann.fill(".composer textarea", "Привет");
    await ann.press(".composer textarea", "Enter");
    match(await ann.innerText(".composer .fault"), /cannot show “П”/);
  },
);

/** Every character of Windows-1252 that can be typed. */
const ALL_LETTERS = Array.from({ length: 256 - 32 }, (_, i) => i + 32)
  .filter((byte) => byte !== 127);

chatTest(
  "every letter arrives in every direction, byte for byte",
  async (server, browser, room) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(room);
    const ann = await signOn(server, browser, "Ann");
    await join(ann);
    const bob = await signOn(server, browser, "Bob");
    await join(bob);
    const uid = uidOf(server, "Ann");
    const text = decodeText(Uint8Array.from(ALL_LETTERS))
      // Five bytes have no character.
      .replace(/[\x80-\x9f]/g, "");
    const line = `[${text}]`;
    const last = (page: Page) => page.locator(".line.said .text").last();
    await write(ann, line);
    const heard = await dan.expect(roomMessageIn, (line) => line.uid === uid);
    deepEqual(heard.text, encodeText(line));
    await bob.waitForSelector(".line.said:has-text('[')");
    equal(await last(bob).textContent(), line);
    await dan.rooms.say(room, Uint8Array.from(encodeText(`<${text}>`)));
    await ann.waitForSelector(".line.said:not(.own)");
    equal(await last(ann).textContent(), `<${text}>`);
    // And in a private conversation.
    await dan.people.im(uid, line);
    await ann.click(".tabs :text('Dan')");
    await ann.waitForSelector(".line.said");
    equal(await last(ann).textContent(), line);
    await write(ann, line);
    deepEqual((await dan.expect(imIn)).text, encodeText(line));
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
    const page = await openChat(server, browser);
    await page.focus("#nickname");
    await page.keyboard.type("Ann");
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForSelector(`button.name:text('${PORCH}')`);
    const uid = uidOf(server, "Ann");
    await page.focus(`button.name:text('${PORCH}')`);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".room-view");
    await page.focus(".composer textarea");
    await page.keyboard.type("typed");
    await page.keyboard.press("Enter");
    const line = await dan.expect(roomMessageIn, (line) => line.uid === uid);
    equal(decodeText(line.text), "typed");
    // The space bar talks where it is not needed for writing.
    await page.focus(".lines");
    await page.keyboard.down("Space");
    await page.waitForSelector(".talk-key.on");
    await page.keyboard.up("Space");
    await page.waitForSelector(".talk-key:not(.on)");
    await page.focus(".talk-key");
    await page.keyboard.down("Space");
    await page.waitForSelector(".talk-key.on");
    await page.keyboard.up("Space");
    await page.waitForSelector(".talk-key:not(.on)");
    // A menu, one of its dialogs, and back to where the focus was.
    await page.focus(".members .person:has-text('Dan') summary");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await page.waitForSelector(".menu[open]", { state: "detached" });
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog[open][aria-label='Whisper to Dan']");
    await page.keyboard.type("by keys");
    await page.keyboard.press("Enter");
    const whisper = await dan.expect(roomMessageIn, (one) => one.uid === uid);
    match(decodeText(whisper.text), /by keys/);
    await page.waitForSelector(".members summary:focus");
    await page.focus("text=Settings");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog[open]");
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog[open]", { state: "detached" });
  },
);

chatTest(
  "no accessibility faults, on the desk, on a phone, and dark",
  async (server, browser, room) => {
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(room);
    await dan.rooms.say(room, "hello");
    const looks = [
      ["desk", "Ann", { viewport: DESK }],
      ["phone", "Bob", { viewport: PHONE }],
      ["dark", "Ann", { viewport: DESK, dark: true }],
    ] as const;
    for (const [name, nickname, options] of looks) {
      const page = await signOn(server, browser, nickname, options);
      if ("dark" in options) await isDark(page);
      deepEqual(await accessibilityFaults(page), []);
      await screenshot(page, `chat-rooms-${name}`);
      await join(page);
      await page.waitForSelector(".members :text('Dan')");
      await write(page, "hello from here");
      await dan.rooms.say(
        room,
        '<pfont color="#65535">yellow</pfont> and plain',
      );
      await page.waitForSelector(".line :text('yellow')");
      deepEqual(await accessibilityFaults(page), []);
      await screenshot(page, `chat-room-${name}`);
      const wide = await page.evaluate(() =>
        // deno-lint-ignore no-explicit-any -- of the page
        (globalThis as any).document.documentElement.scrollWidth
      );
      ok(wide <= options.viewport.width, `${wide} wide`);
      for (const dialog of ["Settings", "My profile", "Search", "Invite"]) {
        await page.click(`button:text-is('${dialog}')`);
        await page.waitForSelector("dialog[open] .body *");
        if (dialog === "My profile") await page.waitForSelector("#show-first");
        deepEqual(await accessibilityFaults(page), [], `${name}: ${dialog}`);
        await page.click("button[aria-label=Close]");
      }
    }
  },
);

/** Asserts that the page's background is darker than its text. */
async function isDark(page: Page): Promise<void> {
  const [paper, ink] = await page.evaluate(() => {
    // deno-lint-ignore no-explicit-any -- of the page
    const { document, getComputedStyle } = globalThis as any;
    const { backgroundColor, color } = getComputedStyle(
      document.querySelector(".panel"),
    );
    const light = (text: string) =>
      text.match(/\d+/g)!.slice(0, 3).reduce(
        (sum, one) => sum + Number(one),
        0,
      );
    return [light(backgroundColor), light(color)] as [number, number];
  });
  ok(paper < 200 && ink > 450, `paper ${paper}, ink ${ink}`);
}

chatTest(
  "the whole menu beside a name is in the window, however small",
  async (server, browser, room) => {
    await server.addUser("Boss", { role: "superadmin" });
    await using dan = await server.signOn("Dan");
    await dan.rooms.join(room);
    for (const viewport of [PHONE, { width: 900, height: 420 }]) {
      const boss = await signOn(server, browser, "Boss", { viewport });
      await join(boss);
      const row = ".members .person:has-text('Dan')";
      await boss.click(`${row} summary`);
      const entries = boss.locator(`${row} .choices`);
      const box = (await entries.boundingBox())!;
      ok(box.x >= 0 && box.y >= 0, JSON.stringify(box));
      ok(box.x + box.width <= viewport.width, JSON.stringify(box));
      ok(box.y + box.height <= viewport.height, JSON.stringify(box));
      const send = (await boss.locator(".composer button[type=submit]")
        .boundingBox())!;
      if (viewport === PHONE) {
        ok(send.y + send.height <= PHONE.height, JSON.stringify(send));
      }
      await boss.click(`${row} .choices button:text-is('Red dot')`);
      await boss.waitForSelector(`${row} [aria-label="may not speak"]`);
      await boss.click(`${row} summary`);
      await boss.click(`${row} .choices button:text-is('Take red dot away')`);
      await boss.context().close();
    }
  },
);
