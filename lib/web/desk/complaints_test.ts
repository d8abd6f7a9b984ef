import { equal, match, ok } from "node:assert/strict";
import type { Role } from "../../domain/store.ts";
import { type TestSite, withSite } from "../../../tests/support/web/site.ts";

const complain = (site: TestSite, about: { uid: number; nickname: string }) =>
  site.store.complaints.add({
    at: Date.now(),
    reporter: null,
    reporterName: "Ann",
    about: about.uid,
    aboutName: about.nickname,
    gid: 50001,
    room: "The <Oak>",
    text: "shouts <b>loud</b>",
    lines: [{ at: 0, nickname: "Troll", text: "<script>" }],
  });

Deno.test("a complaint is dealt with from its page, from taking to closing", () =>
  withSite(async (site) => {
    const troll = await site.addUser("Troll");
    await site.addUser("Guard", { role: "moderator" });
    const { id } = complain(site, troll);
    const browser = site.browser();
    await browser.signIn("Guard");
    const list = await browser.get("/desk/complaints");
    match(list.text, /Complaints\s+<span class="tag bad">1<\/span>/);
    match(list.text, /shouts &lt;b&gt;loud/);
    const path = `/desk/complaints/${id}`;
    let page = await browser.get(path);
    match(page.text, /&lt;script&gt;/);
    const act = async (action: string, change: Record<string, string> = {}) => {
      const answer = await browser.submit(page, `/desk/run/${action}`, change);
      equal(answer.location, path, answer.text);
      page = await browser.get(path);
    };
    await act("complaint/take", { note: "I look" });
    await act("user/warn", { text: "Be kind." });
    equal(site.store.messages.count(troll.uid), 1);
    await act("room/bounce");
    ok(site.store.rooms.offices(50001).bounced.includes(troll.uid));
    await act("user/ban", { for: "7d" });
    match(page.text, /is banned for 7d/);
    equal(
      site.store.bans.find("account", String(troll.uid), Date.now())?.reason,
      `Complaint ${id}`,
    );
    await act("complaint/close", { note: "Banned." });
    equal(site.store.complaints.get(id)?.note, "I look\nBanned.");
    ok(!page.text.includes('class="tag bad">1<'));
    match((await browser.get("/desk/complaints")).text, /none in this state/);
  }));

Deno.test("the roles that can see a complaint", () =>
  withSite(async (site) => {
    const roles: readonly Role[] = ["user", "moderator", "admin", "superadmin"];
    for (const role of roles) {
      await site.addUser(role, { role });
      await site.addUser(`Other ${role}`, { role });
    }
    const ids = roles.map((role) =>
      complain(site, site.store.accounts.byNickname(role)!).id
    );
    // Row: the reader's role; column: the role of the user it is about.
    const expected: Record<string, string> = {
      "moderator": "1000",
      "Other moderator": "1000",
      "Other admin": "1100",
      "superadmin": "1110",
      "Other superadmin": "1111",
    };
    for (const [reader, sees] of Object.entries(expected)) {
      const browser = site.browser();
      await browser.signIn(reader);
      const list = (await browser.get("/desk/complaints")).text;
      for (const [i, id] of ids.entries()) {
        const { status } = await browser.get(`/desk/complaints/${id}`);
        const may = sees[i] === "1";
        equal(status, may ? 200 : 404, `${reader} ${roles[i]}`);
        equal(list.includes(`/desk/complaints/${id}"`), may, `${reader} ${id}`);
      }
    }
  }));
