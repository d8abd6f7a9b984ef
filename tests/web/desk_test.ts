/** Staff using the desk, in a real Chromium. */
import { Buffer } from "node:buffer";
import { equal, match } from "node:assert/strict";
import { browserTest, openPage, signIn } from "./support/visits.ts";
import { PASSWORD } from "./support/whole_server.ts";

browserTest(
  "staff find a complaint, mute the user, and close it",
  async (server, browser) => {
    await server.addUser("Guard", { role: "moderator" });
    const troll = await server.addUser("Troll");
    await using client = await server.signOn("Troll");
    await client.rooms.join(50001);
    const { id } = server.store.complaints.add({
      at: Date.now(),
      reporter: null,
      reporterName: "Ann",
      about: troll.uid,
      aboutName: "Troll",
      gid: 50001,
      room: "The Front Porch",
      text: "shouts",
      lines: [],
    });
    const page = await openPage(browser, server.pages);
    await signIn(page, server, "Guard");
    await page.goto(`${server.pages}/desk`);
    await page.click("nav.side >> text=Complaints");
    await page.click(`text=#${id}`);
    await page.fill("#mute-for", "an hour");
    await page.click("button:text-is('Mute')");
    await page.waitForSelector(
      "#for-fault:text('For how long must be a duration')",
    );
    equal(await page.inputValue("#reason"), `Complaint ${id}`);
    await page.fill("#for", "1h");
    await page.click("button:text-is('Run')");
    await page.waitForSelector("text=is muted for 1h");
    equal(server.store.mutes.get(troll.uid, Date.now())?.by, "Guard");
    await page.fill("#close-note", "Muted.");
    await page.click("button:text-is('Close it')");
    await page.waitForSelector("text=is closed");
    equal(server.store.complaints.get(id)?.state, "closed");
  },
);

browserTest(
  "tables sort and filter, an import takes a file, a color is a color",
  async (server, browser) => {
    await server.addUser("Boss", { role: "superadmin" });
    for (let i = 1; i <= 12; i++) await server.addUser(`Guest ${i}`);
    const page = await openPage(browser, server.pages);
    await signIn(page, server, "Boss");
    await page.goto(`${server.pages}/desk/users`);
    const first = () => page.locator("tbody tr:visible a").first().innerText();
    await page.click("th button:text-is('Number')");
    await page.click("th button:text-is('Number')");
    equal(await first(), "Guest 12");
    await page.fill("label.filter input", "guest 7");
    equal(await first(), "Guest 7");
    equal(await page.locator("tbody tr:visible").count(), 1);

    await page.goto(`${server.pages}/desk/commands/ban/import`);
    await page.setInputFiles("input[type=file]", {
      name: "bans.json",
      mimeType: "application/json",
      buffer: Buffer.from('[{"kind":"address","target":"203.0.113.9"}]'),
    });
    await page.waitForFunction(
      "document.querySelector('#file').value.includes('203.0.113.9')",
    );
    await page.click("button:text-is('Run')");
    await page.waitForSelector("text=1 of 1 bans added");

    const { uid } = server.store.accounts.byNickname("Guest 1")!;
    await page.goto(`${server.pages}/desk/users/${uid}`);
    equal(await page.getAttribute("#color", "type"), "color");
    await page.fill("#color", "#ff8800");
    await page.click("button:text-is('Save')");
    await page.waitForSelector(".notice.done");
    match(server.store.accounts.get(uid)!.color, /^255136000$/);
  },
);

browserTest(
  "the owner changes a setting by keyboard alone",
  async (server, browser) => {
    await server.addUser("Boss", { role: "superadmin" });
    const page = await openPage(browser, server.pages, { phone: true });
    await signIn(page, server, "Boss");
    await page.goto(`${server.pages}/desk/config/store.session_days`);
    await page.focus("#value");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("0");
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    // The input is kept, and the error is shown.
    await page.waitForSelector(".notice.failed");
    equal(await page.inputValue("#value"), "0");
    await page.focus("#value");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("30");
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=store.session_days is now 30");
    await page.goto(`${server.pages}/desk/retention`);
    await page.waitForSelector("td:text('30 days')");
  },
);

browserTest(
  "the owner uploads a backup of another machine, to restore it",
  async (server, browser) => {
    await server.addUser("Boss", { role: "superadmin" });
    const page = await openPage(browser, server.pages);
    await signIn(page, server, "Boss");
    await page.goto(`${server.pages}/desk/backup`);
    const file = "#backup-file";
    await page.setInputFiles(file, {
      name: "holiday.jpg",
      mimeType: "image/jpeg",
      buffer: Buffer.alloc(200_000, 7),
    });
    await page.click("button:text-is('Upload it')");
    await page.waitForSelector(".notice.failed:has-text('no backup of this')");
    const download = page.waitForEvent("download");
    await page.click("button:text-is('Download a backup')");
    const path = await (await download).path();
    await page.setInputFiles(file, path);
    // A busy server only makes it take longer.
    const busy = { status: 429, body: "Too much" };
    await page.route(
      /upload\?at=60000$/,
      (route) => route.fulfill(busy),
      { times: 1 },
    );
    await page.click("button:text-is('Upload it')");
    await page.waitForURL(
      /\/desk\/backup\/restore\?name=retropal\.db\.upload-/,
    );
    await page.waitForSelector("button:text-is('Restore it')");
    await page.goto(`${server.pages}/desk/backup`);
    await page.waitForSelector("td:text-is('uploaded')");
  },
);
