import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type TestSite, withSite } from "../../../tests/support/web/site.ts";

async function party(site: TestSite) {
  const ann = await site.addUser("Ann");
  const bob = await site.addUser("Bob");
  await site.addUser("Guard", { role: "moderator" });
  const { gid } = site.store.rooms.create({
    name: "Den <1>",
    category: 30006,
    type: 3,
    owner: ann.uid,
    createdAt: 0,
  });
  const browser = site.browser();
  await browser.signIn("Ann");
  return { ann, bob, gid, browser, path: `/member/rooms/${gid}` };
}

Deno.test("owners change their room, and nothing typed is lost on an error", () =>
  withSite(async (site) => {
    const { gid, browser, path } = await party(site);
    match((await browser.get("/member/rooms")).text, /Den &lt;1&gt;/);
    const save = async (change: Record<string, string>) => {
      const page = await browser.get(path);
      const answer = await browser.submit(page, path, change);
      equal(answer.location, path);
      return (await browser.get(path)).text;
    };
    const bad = await save({
      banner: "Quiz tonight",
      adminCode: "12",
      slowSeconds: "x",
      newUsersMic: "yes",
    });
    match(bad, /id="adminCode-fault"[^>]*>An admin code has four/);
    match(bad, /id="slowSeconds-fault"[^>]*>A whole number/);
    match(bad, />Quiz tonight<\/textarea>/);
    match(bad, /id="adminCode"[^>]*value="12"/);
    equal(site.store.rooms.get(gid)?.banner, "");
    const done = await save({
      banner: "Quiz\r\ntonight",
      welcome: "Hi {nick}",
      lockword: "open",
      adminCode: "1234",
      slowSeconds: "5",
      redDotText: "yes",
    });
    match(done, /The room is changed/);
    const room = site.store.rooms.get(gid)!;
    deepEqual(
      [room.banner, room.welcome, room.lockword, room.adminCode],
      ["Quiz\ntonight", "Hi {nick}", "open", "1234"],
    );
    deepEqual([room.slowSeconds, room.redDotText], [5, true]);
    ok(site.live.done.includes(`roomChanged ${gid}`));
    equal(site.store.audit.list({ action: "room set" })[0]?.actor, "Ann");
  }));

Deno.test("owners choose admins, ban and let in again", () =>
  withSite(async (site) => {
    const { gid, bob, browser, path } = await party(site);
    const act = async (verb: string, change: Record<string, string> = {}) => {
      const page = await browser.get(path);
      await browser.submit(page, `${path}/${verb}`, change);
      return (await browser.get(path)).text;
    };
    const offices = () => site.store.rooms.offices(gid);
    await act("admin", { nick: "Bob" });
    deepEqual(offices().admins, [bob.uid]);
    match(
      await act("admin", { nick: "Nobody" }),
      /id="admin-nick-fault"[^>]*>There is no user/,
    );
    await act("ban", { nick: "Bob" });
    deepEqual([offices().admins, offices().banned], [[], [bob.uid]]);
    match(await act("ban", { nick: "Guard" }), /cannot be banned by you/);
    match(await act("ban", { nick: "Ann" }), /cannot be banned by you/);
    await act("unban");
    deepEqual(offices().banned, []);
    site.store.rooms.setBan(gid, bob.uid, true, 2);
    match(await act("unban"), /only staff of that rank/);
    deepEqual(offices().banned, [bob.uid]);
  }));

Deno.test("a room is opened by its owner only", () =>
  withSite(async (site) => {
    const { path, browser } = await party(site);
    const other = site.browser();
    await other.signIn("Guard");
    equal((await other.get(path)).status, 404);
    const page = await other.get("/member");
    const token = /name="form_token" value="([^"]+)"/.exec(page.text)![1]!;
    for (const verb of ["", "/admin", "/ban", "/unban", "/no-admin"]) {
      const answer = await other.post(path + verb, {
        form_token: token,
        nick: "Bob",
        banner: "x",
      });
      equal(answer.status, 404, verb);
    }
    equal((await browser.get("/member/rooms/50001")).status, 404);
    match((await other.get("/member/rooms")).text, /You own none/);
  }));
