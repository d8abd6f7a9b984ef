/**
 * The pages in a real Chromium, together with the chat: what people do with
 * them, what they look like, and whether everybody can use them.
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import {
  accessibilityFaults,
  MISSING,
  newContext,
  screenshot,
  type ViewOptions,
  withChromium,
} from "./support/chromium.ts";
import {
  PASSWORD,
  type WholeServer,
  withWholeServer,
} from "./support/whole_server.ts";

/** A test that is skipped says why in its name. */
const only = MISSING === null ? "" : ` (skipped: ${MISSING})`;

function browserTest(
  name: string,
  work: (server: WholeServer, browser: Browser) => Promise<void>,
  settings = {},
): void {
  Deno.test({
    name: name + only,
    ignore: MISSING !== null,
    // The debugger's socket and the child end a moment later.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () =>
      withWholeServer(
        (server) => withChromium((browser) => work(server, browser)),
        settings,
      ),
  });
}

async function open(
  browser: Browser,
  url: string,
  options: ViewOptions = {},
): Promise<Page> {
  const context = await newContext(browser, options);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(url);
  return page;
}

async function signIn(page: Page, server: WholeServer, nickname: string) {
  await page.goto(`${server.pages}/sign-in`);
  await page.fill("#nickname", nickname);
  await page.fill("#password", PASSWORD);
  await page.click("main button");
  await page.waitForURL(/\/member$/);
}

/** Seven hours of load, so that charts have something to draw. */
function addHistory({ store }: WholeServer): void {
  const now = Date.now();
  for (let i = 0; i < 360; i++) {
    const sample = {
      at: now - now % 10_000 - i * 10_000,
      sessions: Math.round(40 + 30 * Math.sin(i / 30)),
      rooms: 12,
      talkers: i % 5,
      packets: 900 + i,
      voiceFrames: 2000 - i,
    };
    store.history.add(10, sample);
    store.history.add(300, { ...sample, at: now - i * 300_000 });
  }
}

browserTest(
  "the front page counts people live as a client joins a room",
  async (server, browser) => {
    await server.addUser("Ann");
    const page = await open(browser, server.pages);
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
    const page = await open(browser, `${server.pages}/register?code=COME-IN`);
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
    const page = await open(browser, server.pages);
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
  "staff ban somebody who is on line and see him go",
  async (server, browser) => {
    await server.addUser("Boss", { role: "superadmin" });
    await server.addUser("Troll");
    await using troll = await server.signOn("Troll");
    const page = await open(browser, server.pages);
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
    const page = await open(browser, server.pages);
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
  const page = await open(browser, `${server.pages}/register`, {
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
  await page.waitForSelector("text=is banned for ever");
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
    const page = await open(browser, server.pages);
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
    await page.keyboard.type("Ann");
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/member$/);
  },
  {},
);

const PUBLIC = [
  ["front", "/"],
  ["connect", "/connect"],
  ["check", "/connect/check"],
  ["register", "/register"],
  ["sign-in", "/sign-in"],
  ["not-found", "/nothing"],
  ["old-sign-up", "/webreg.html"],
  ["old-search", "/palsearch.html?nick=Ann"],
  ["old-pal-info", "/profile/JspGetPalInfo.jsp?nick=Ann"],
  ["old-profile", "/profile/JspGetProfile.jsp"],
  ["old-password", "/palpass.html"],
  ["old-status", "/palsts.html"],
  ["old-groups", "/userGroup.html"],
] as const;
const SIGNED_IN = [
  ["member", "/member"],
  ["desk", "/desk"],
  ["desk-sessions", "/desk/sessions"],
  ["desk-session", "/desk/sessions/1000003"],
  ["desk-rooms", "/desk/rooms"],
  ["desk-room", "/desk/rooms/50001"],
  ["desk-categories", "/desk/categories"],
  ["desk-category", "/desk/categories/30006"],
  ["desk-users", "/desk/users"],
  ["desk-user", "/desk/users/1000003"],
  ["desk-bans", "/desk/bans"],
  ["desk-invites", "/desk/invites"],
  ["desk-announce", "/desk/announce"],
  ["desk-audit", "/desk/audit"],
  ["desk-packets", "/desk/packets"],
  ["desk-packets-live", "/desk/packets?nick=Ann"],
  ["desk-config", "/desk/config"],
  ["desk-backup", "/desk/backup"],
  ["desk-commands", "/desk/commands"],
  ["desk-command", "/desk/commands/user/import"],
] as const;

for (
  const [view, options] of [
    ["desk", {}],
    ["phone", { phone: true }],
    ["dark", { dark: true }],
    ["phone-dark", { phone: true, dark: true }],
  ] as [string, ViewOptions][]
) {
  browserTest(
    `every page is accessible, fits and asks no other site: ${view}`,
    async (server, browser) => {
      await server.addUser("Boss", { role: "superadmin" });
      await server.addUser("Ann", { first: "Ann" });
      server.store.inviteCodes.add({
        code: "ABCD-EFGH-JKLM",
        usesLeft: 3,
        createdBy: "Boss",
        createdAt: Date.now(),
        expiresAt: null,
      });
      server.store.bans.add({
        kind: "network",
        target: "203.0.113.0/24",
        reason:
          "A reason that is rather long, as reasons of hosts are at times.",
        by: "Boss",
        at: Date.now(),
        until: Date.now() + 86_400_000,
      });
      addHistory(server);
      await using ann = await server.signOn("Ann");
      await ann.rooms.join(50001);
      const page = await open(browser, server.pages, options);
      const elsewhere: string[] = [];
      const complaints: string[] = [];
      page.on("request", (request) => {
        if (!request.url().startsWith(server.pages)) {
          elsewhere.push(request.url());
        }
      });
      page.on("console", (message) => {
        const text = message.text();
        if (message.type() === "error" && !/404/.test(text)) {
          complaints.push(text);
        }
      });
      const look = async (name: string, path: string) => {
        await page.goto(server.pages + path);
        await screenshot(page, `${name}-${view}`);
        deepEqual(await accessibilityFaults(page), [], path);
        const wider = await page.evaluate(
          "document.documentElement.scrollWidth - innerWidth",
        );
        ok(Number(wider) <= 0, `${path} is ${wider} px wider than the window`);
      };
      for (const [name, path] of PUBLIC) await look(name, path);
      await signIn(page, server, "Boss");
      for (const [name, path] of SIGNED_IN) await look(name, path);
      deepEqual(elsewhere, []);
      deepEqual(complaints, []);
    },
    {
      "auth.registration": "invite",
      "web.show_names": true,
      "server.name": "Grandma's Kitchen",
      "server.welcome": "Pull up a chair. Be kind to each other.",
    },
  );
}
