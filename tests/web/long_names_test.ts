/**
 * A long name without spaces must not make a page wider than the window, nor a
 * table column too wide to read.
 */
import { ok } from "node:assert/strict";
import { dayOf } from "../../lib/domain/statistics.ts";
import { browserTest, openPage, signIn } from "./support/visits.ts";

const LONG = "W".repeat(250);
const PAGES = [
  "/",
  "/member",
  "/desk",
  "/desk/sessions",
  "/desk/rooms",
  "/desk/users",
  "/desk/users/1000003",
  "/desk/bans",
  "/desk/audit",
  "/desk/categories",
  "/desk/statistics",
  "/desk/complaints",
  "/desk/complaints/1",
  "/desk/retention",
  "/desk/invites",
  "/desk/files",
  "/desk/words",
  "/desk/config",
  "/desk/config/server.name",
  "/member/security",
];

browserTest(
  "one long unbroken name keeps every page and table within bounds",
  async (server, browser) => {
    await server.addUser("Boss", { role: "superadmin" });
    const ann = await server.addUser("W".repeat(127), {
      first: LONG,
      last: LONG,
      email: `${"w".repeat(60)}@example.org`,
    });
    const { gid: _, ...template } = server.store.rooms.list()[0]!;
    const room = server.store.rooms.create({
      ...template,
      name: "M".repeat(120),
      owner: ann.uid,
    });
    server.store.audit.add({
      at: Date.now(),
      actor: ann.nickname,
      actorUid: ann.uid,
      address: null,
      action: "room set",
      target: room.name,
      before: LONG,
      after: LONG,
    });
    server.store.bans.add({
      kind: "account",
      target: String(ann.uid),
      reason: LONG,
      by: ann.nickname,
      byUid: null,
      rank: 4,
      at: Date.now(),
      until: null,
    });
    server.store.complaints.add({
      at: Date.now(),
      reporter: ann.uid,
      reporterName: ann.nickname,
      about: ann.uid,
      aboutName: ann.nickname,
      gid: room.gid,
      room: room.name,
      text: LONG,
      lines: [{ at: Date.now(), nickname: ann.nickname, text: LONG }],
    });
    server.store.statistics.addRoomDay({
      at: dayOf(Date.now()),
      gid: room.gid,
      name: room.name,
      memberSeconds: 1e9,
      membersPeak: 1e6,
      heardMs: 1e9,
      received: 1e9,
      lost: 1e9,
      late: 1e9,
      jitterSum: 1e12,
      sent: 1e9,
      dropped: 1e9,
    });
    for (const phone of [false, true]) {
      const page = await openPage(browser, server.pages, { phone });
      await page.setViewportSize({ width: phone ? 390 : 1280, height: 800 });
      await signIn(page, server, "Boss");
      for (const path of [...PAGES, `/desk/rooms/${room.gid}`]) {
        const response = await page.goto(server.pages + path);
        ok(response?.ok(), path);
        const [wider, widest] = await page.evaluate(`[
          document.documentElement.scrollWidth - innerWidth,
          Math.max(0, ...[...document.querySelectorAll("th, td, h1, h2, dd")]
            .map((one) => one.getBoundingClientRect().width)),
        ]`) as [number, number];
        ok(wider <= 0, `${path} is ${wider} px wider than the window`);
        ok(widest <= 1280, `${path} has a cell of ${widest} px`);
        const table = Number(
          await page.evaluate(
            `Math.max(0, ...[...document.querySelectorAll("table")]
            .map((one) => one.getBoundingClientRect().width))`,
          ),
        );
        ok(table < 1400, `${path} has a table of ${table} px`);
      }
      await page.close();
    }
  },
  { "web.show_names": true },
);
