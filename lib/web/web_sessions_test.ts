import { equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { backupTo } from "../../db/backup.ts";
import { openStore } from "../../db/open.ts";
import { restoreFrom } from "../../db/restore.ts";
import type { Store } from "../domain/store.ts";
import { addUser, withFolder } from "../../tests/support/db/temp.ts";
import { withSite } from "../../tests/support/web/site.ts";
import { hasSamePassword, WebSessions } from "./web_sessions.ts";

const HOUR = 3_600_000;
const FIREFOX = { address: "192.0.2.7", agent: "Firefox/150.0 Linux" };

/** A server's sessions, with clocks of their own; the steady one starts at 0. */
function startSessions(store: Store, now: { at: number }) {
  const began = now.at;
  const warnings: string[] = [];
  const sessions = new WebSessions({
    store: store.webSessions,
    log: { warn: (message) => void warnings.push(message) },
    clock: () => now.at,
    steady: () => now.at - began,
  });
  return { sessions, warnings };
}

function withStore(
  work: (
    store: Store,
    restart: () => Promise<Store>,
    path: string,
  ) => Promise<void>,
): Promise<void> {
  return withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    let store = await openStore(path);
    try {
      await work(store, async () => {
        store.close();
        return store = await openStore(path);
      }, path);
    } finally {
      store.close();
    }
  });
}

Deno.test("a session outlives a restart, with the token of its forms", () =>
  withStore(async (store, restart, path) => {
    const now = { at: 1000 * HOUR };
    const ann = addUser(store, "Ann");
    const { session, id } = startSessions(store, now).sessions.open(
      ann,
      FIREFOX,
    );
    const { formToken } = session;
    now.at += HOUR;
    store = await restart();
    const { sessions } = startSessions(store, now);
    equal(sessions.of(ann.uid)[0]?.browser, "Firefox on Linux");
    const found = sessions.find(id);
    equal(found?.formToken, formToken);
    equal(found?.address, "192.0.2.7");
    equal(found.since, -HOUR);
    ok(hasSamePassword(found, ann));
    ok(!hasSamePassword(found, { ...ann, passwordHash: "other" }));
    store.close();
    // Neither the cookie nor the password hash can be read from the file.
    const file = new TextDecoder("latin1").decode(await Deno.readFile(path));
    ok(!file.includes(id));
    ok(!file.includes(formToken));
  }));

Deno.test("a session that has ended does not come back", () =>
  withStore(async (store, restart) => {
    const now = { at: 1000 * HOUR };
    const people = ["Ann", "Bob", "Cid", "Dan"].map((name) =>
      addUser(store, name)
    );
    const [ann, bob, cid, dan] = people as [
      typeof people[0],
      typeof people[0],
      typeof people[0],
      typeof people[0],
    ];
    const { sessions } = startSessions(store, now);
    const [out, all, kept] = [ann, bob, dan]
      .map((account) => sessions!.open(account!, FIREFOX));
    const removed = sessions.open(cid!, FIREFOX);
    sessions.close(out!.session);
    sessions.closeAll(bob!.uid);
    store.accounts.remove(cid!.uid, "remove");
    store = await restart();
    const after = startSessions(store, now).sessions;
    equal(after.find(out!.id), undefined);
    equal(after.find(all!.id), undefined);
    equal(after.find(removed.id), undefined);
    ok(after.find(kept!.id));
    equal(after.size, 1);
  }));

Deno.test("a session ends a day after its last use, and after 30 days", () =>
  withStore(async (store, restart) => {
    const now = { at: 1000 * HOUR };
    const ann = addUser(store, "Ann");
    const idle = startSessions(store, now).sessions.open(ann, FIREFOX);
    let { sessions } = startSessions(store, now);
    const used = sessions.open(ann, FIREFOX);
    for (let hours = 0; hours < 29 * 24; hours += 12) {
      now.at += 12 * HOUR;
      ok(sessions.find(used.id), `after ${hours} hours`);
      if (hours % 48 !== 0) continue;
      store = await restart();
      ({ sessions } = startSessions(store, now));
    }
    equal(sessions.find(idle.id), undefined);
    now.at += 23 * HOUR;
    ok(sessions.find(used.id));
    now.at += 2 * HOUR;
    equal(sessions.find(used.id), undefined);
    equal(store.webSessions.list(now.at).length, 0);
  }));

Deno.test("a clock that was set back makes no session last longer than new", () =>
  withStore(async (store, restart) => {
    const now = { at: 1000 * HOUR };
    const { id } = startSessions(store, now).sessions
      .open(addUser(store, "Ann"), FIREFOX);
    now.at -= 500 * HOUR;
    store = await restart();
    const { sessions } = startSessions(store, now);
    equal(sessions.find(id)?.since, 0);
    now.at += 25 * HOUR;
    equal(sessions.find(id), undefined);
  }));

Deno.test("a session that cannot be stored lasts until the restart", () =>
  withStore((store) => {
    const now = { at: HOUR };
    const ann = addUser(store, "Ann");
    const { sessions, warnings } = startSessions(store, now);
    store.close();
    const { id } = sessions.open(ann, FIREFOX);
    ok(sessions.find(id));
    equal(warnings.length, 1);
    return Promise.resolve();
  }));

Deno.test("a restored backup signs everybody out", () =>
  withStore(async (store, _restart, path) => {
    const now = { at: 1000 * HOUR };
    startSessions(store, now).sessions.open(addUser(store, "Ann"), FIREFOX);
    await backupTo(path, `${path}.backup`);
    store.close();
    restoreFrom(`${path}.backup`, path, now.at);
    const restored = await openStore(path);
    equal(restored.accounts.list().length, 1);
    equal(restored.webSessions.list(0).length, 0);
    restored.close();
  }));

Deno.test("the desk and its API ask to sign in again sooner than other pages", () =>
  withSite(async (site) => {
    await site.addUser("Boss", { role: "superadmin" });
    const browser = site.browser();
    await browser.signIn("Boss");
    for (const path of ["/desk", "/api/v1/sessions"]) {
      equal((await browser.get(path)).status, 200, path);
    }
    const form = await browser.get("/desk/announce");
    site.pass(2.5 * HOUR);
    equal((await browser.get("/member")).status, 200);
    equal((await browser.get("/chat/session")).status, 204);
    equal((await browser.get("/desk")).location, "/sign-in?to=%2Fdesk");
    equal((await browser.get("/api/v1/sessions")).status, 401);
    const sent = await browser.submit(form, "/desk/run/broadcast", {
      message: "hello",
    });
    equal(sent.status, 401);
    match(sent.text, /sign in again/);
    await browser.signIn("Boss");
    for (let hour = 0; hour < 24; hour++) {
      equal((await browser.get("/desk")).status, 200, `${hour}`);
      site.pass(HOUR);
    }
    site.pass(HOUR);
    equal((await browser.get("/desk")).status, 303, "a day after the sign-in");
    equal((await browser.get("/member")).status, 200);
  }));

Deno.test("GET /chat/session reports whether this browser is signed in", () =>
  withSite(async (site) => {
    await site.addUser("Ann");
    const browser = site.browser();
    equal((await browser.get("/chat/session")).status, 401);
    await browser.signIn("Ann");
    // Asking is use: the page of a user who chats for days asks now and then.
    for (let i = 0; i < 5; i++) {
      site.pass(20 * HOUR);
      equal((await browser.get("/chat/session")).status, 204);
    }
  }));
