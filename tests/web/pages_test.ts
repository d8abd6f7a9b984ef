/** Users of the pages in a real Chromium, together with the chat. */
import { equal, match, ok, rejects } from "node:assert/strict";
import { addHistory, browserTest, openPage, signIn } from "./support/visits.ts";
import { PASSWORD } from "./support/whole_server.ts";

browserTest(
  "the front page counts people live as a client joins a room",
  async (server, browser) => {
    await server.addUser("Ann");
    const page = await openPage(browser, server.pages);
    await page.waitForSelector("body[data-state=live]");
    const room = server.live.rooms().find(({ name }) =>
      name === "The Front Porch"
    )!;
    const row = page.locator(`#room-${room.gid}`);
    match(await row.innerText(), /0/);
    await using ann = await server.signOn("Ann");
    await page.waitForSelector("#counters li:first-child :text-is('1')");
    await ann.rooms.join(room.gid);
    await page.waitForSelector(`#room-${room.gid} .people:not(.none)`);
    match(await row.locator(".people").innerText(), /^1/);
    await ann.rooms.leave(room.gid);
    await page.waitForSelector(`#room-${room.gid} .people.none`);
  },
);

browserTest(
  "somebody registers with an invite code and signs on with the client",
  async (server, browser) => {
    server.store.inviteCodes.add({
      code: "COME-IN",
      usesLeft: 1,
      createdBy: "Boss",
      createdAt: Date.now(),
      expiresAt: null,
    });
    const page = await openPage(
      browser,
      `${server.pages}/register?code=COME-IN`,
    );
    await page.fill("#nickname", "Pal,talk");
    await page.waitForSelector("#nickname-fault:text('stumbles')");
    await page.fill("#nickname", "Zo\u00eb");
    await page.fill("#password", "abc");
    await page.waitForSelector("#password-fault:text('too short')");
    await page.fill("#password", "rosebud1");
    await page.fill("#repeat", "rosebud2");
    await page.waitForSelector("#repeat-fault:text('differ')");
    await page.fill("#repeat", "rosebud1");
    await page.waitForSelector("#nickname-fault:empty", { state: "attached" });
    await page.click("main button");
    await page.waitForSelector("text=Welcome, Zo\u00eb!");
    await using zoe = await server.signOn("Zo\u00eb", "rosebud1");
    equal(zoe.nickname, "Zo\u00eb");
  },
  { "auth.registration": "invite" },
);

browserTest(
  "a member changes the password and the client needs the new one",
  async (server, browser) => {
    await server.addUser("Ann");
    const page = await openPage(browser, server.pages);
    await signIn(page, server, "Ann");
    await page.fill("#pw-current", PASSWORD);
    await page.fill("#pw-password", "newpass1");
    await page.fill("#pw-repeat", "newpass1");
    await page.click("text=Change password");
    await page.waitForSelector("text=Your password is changed");
    await rejects(server.signOn("Ann"), /not right/);
    await using ann = await server.signOn("Ann", "newpass1");
    equal(ann.nickname, "Ann");
  },
  {},
);

browserTest(
  "staff ban somebody who is online and see them go",
  async (server, browser) => {
    await server.addUser("Boss", { role: "superadmin" });
    await server.addUser("Troll");
    await using troll = await server.signOn("Troll");
    const page = await openPage(browser, server.pages);
    await signIn(page, server, "Boss");
    const watch = await page.context().newPage();
    await watch.goto(`${server.pages}/desk/sessions`);
    await watch.waitForSelector("#sessions >> text=Troll");
    await watch.waitForSelector("body[data-state=live]");
    await page.goto(`${server.pages}/desk/sessions`);
    await page.click("#sessions >> text=Troll");
    await page.fill("#ban-reason", "Be kind.");
    await page.fill("#ban-for", "7d");
    await page.click("button:text-is('Ban')");
    await page.waitForSelector("text=is banned for 7d");
    await troll.connection.closed;
    await watch.waitForSelector("#sessions >> text=Nobody is connected");
    await rejects(server.signOn("Troll"), /banned/i);
  },
  {},
);

browserTest(
  "the desk draws charts, and shows packets as they pass",
  async (server, browser) => {
    await server.addUser("Boss", { role: "superadmin" });
    await server.addUser("Ann");
    addHistory(server);
    const page = await openPage(browser, server.pages);
    await signIn(page, server, "Boss");
    for (const range of ["hour", "day"]) {
      await page.goto(`${server.pages}/desk?range=${range}`);
      const lines = await page.locator("svg.chart path.line").evaluateAll(
        (all) => all.map((one) => one.getAttribute("d") ?? ""),
      );
      equal(lines.length, 5);
      for (const line of lines) ok(line.length > 100, line);
      const box = await page.locator("svg.chart").first().boundingBox();
      ok(box !== null && box.width > 200 && box.height > 50);
    }
    await page.goto(`${server.pages}/desk/packets?nick=Ann`);
    await page.waitForSelector("body[data-state=live]");
    await using ann = await server.signOn("Ann");
    await ann.settle();
    await page.waitForSelector("#packets td:text('REFRESH_CATEGORIES')");
  },
  {},
);

browserTest("everything works without JavaScript", async (server, browser) => {
  await server.addUser("Boss", { role: "superadmin" });
  const page = await openPage(browser, `${server.pages}/register`, {
    scripts: false,
  });
  await page.fill("#nickname", "Ann");
  await page.fill("#password", "rosebud1");
  await page.fill("#repeat", "rosebud1");
  await page.click("main button");
  await page.waitForSelector("text=Welcome, Ann!");
  await page.click("text=Sign out");
  await using ann = await server.signOn("Ann", "rosebud1");
  await signIn(page, server, "Boss");
  await page.goto(`${server.pages}/desk/users`);
  await page.fill("#search", "ann");
  await page.click("button:text-is('Search')");
  await page.click("table >> text=Ann");
  await page.fill("#ban-reason", "Test");
  await page.click("button:text-is('Ban')");
  await page.waitForSelector("text=is banned permanently");
  await ann.connection.closed;
  await page.goto(`${server.pages}/webreg.html`);
  await page.fill("[name=nickname]", "Old");
  await page.fill("[name=password]", "rosebud1");
  await page.fill("[name=repeat]", "rosebud1");
  await page.click("text=Make my account");
  await page.waitForSelector("text=Your nickname is Old");
  await using old = await server.signOn("Old", "rosebud1");
  equal(old.nickname, "Old");
}, { "auth.registration": "open" });

browserTest(
  "the pages can be used by keyboard alone",
  async (server, browser) => {
    await server.addUser("Ann");
    const page = await openPage(browser, server.pages);
    await page.keyboard.press("Tab");
    equal(
      await page.evaluate("document.activeElement.textContent"),
      "Skip to the content",
    );
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    equal(
      await page.evaluate("document.activeElement.textContent"),
      "How do I connect?",
    );
    await page.goto(`${server.pages}/sign-in`);
    // The first field gets the focus a moment after it appears.
    await page.waitForFunction("document.activeElement?.tagName === 'INPUT'");
    await page.keyboard.type("Ann");
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/member$/);
  },
  {},
);
