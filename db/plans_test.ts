import assert from "node:assert/strict";
import { join } from "node:path";
import { ENDING, KEPT } from "../lib/domain/retention.ts";
import { Database } from "./database.ts";
import { openStore } from "./open.ts";
import { SqliteStore } from "./store.ts";
import { NOON, withFolder } from "../tests/support/db/temp.ts";

/** Statements that are meant to read a whole table, or most of it. */
const WHOLE = [
  // Lists for the host.
  /FROM users WHERE uid <> \?/,
  /FROM groups ORDER BY position, gid/,
  /FROM categories ORDER BY position, code/,
  /FROM bans WHERE banned_until IS NULL OR/,
  /FROM mutes WHERE until/,
  /FROM words ORDER BY word_key/,
  // Registration limits the number of applications.
  /FROM applications/,
  // The outbox limits the number of mails.
  /FROM mails ORDER BY id/,
  // The first one in the order of an index.
  /FROM mails WHERE failed_at IS NULL\s+ORDER BY next_at, id LIMIT 1/,
  /FROM mails WHERE failed_at IS NULL$/,
  /UPDATE mails SET next_at = \? WHERE failed_at IS NULL$/,
  // The oldest rows in the order of their ids.
  /FROM \w+ ORDER BY id LIMIT (\?2|1)/,
  // A few rows for each user, read four times a day.
  /FROM (mutes|password_resets|invite_codes|sign_on_places|email_invites) WHERE \w+ < \?1/,
  /min\(\w+\) AS at FROM (sign_on_places|email_invites) /,
  /FROM history WHERE at < \?1|FROM history WHERE TRUE/,
  /FROM stat_rooms WHERE at >= \?\s+GROUP BY/,
  /FROM complaints\s+(WHERE state IN|ORDER BY)/,
  /FROM audit\s+ORDER BY at DESC/,
  /FROM invite_codes\s+WHERE uses_left > 0/,
  // Finds a gap in the numbers of permanent rooms.
  /FROM \(SELECT 50000 AS gid/,
];

/** Calls every method once, to see every statement. */
function exercise(store: SqliteStore): void {
  const { uid } = store.accounts.create({
    nickname: "Ada",
    passwordHash: "!",
    createdAt: NOON,
  });
  store.accounts.byNickname("Ada");
  store.accounts.update(uid, { hint: "x" });
  store.accounts.setPassword(uid, "!");
  store.accounts.signedOnFrom(uid, NOON, "192.0.2.1");
  store.accounts.knowsPlace(uid, "192.0.2.1");
  store.accounts.places(uid);
  const query = { limit: 200 };
  for (const includeUnlisted of [true, false]) {
    const more = { ...query, includeUnlisted };
    store.accounts.search({ ...more, nicknamePrefix: "a" });
    store.accounts.search({ ...more, nickname: "a" });
    store.accounts.search({ ...more, email: "a" });
    store.accounts.search({ ...more, first: "a" });
    store.accounts.search({ ...more, last: "a" });
    store.accounts.search({ ...more, last: "a", nicknamePrefix: "a" });
  }
  for (const sort of ["nickname", "uid", "created", "seen"] as const) {
    store.accounts.list({ sort });
  }
  store.accounts.list({ role: "admin" });
  store.accounts.list({ text: "a" });
  store.accounts.count();
  store.accounts.bySpacedNickname("x");
  store.accounts.seen(uid, NOON, "::1");
  store.accounts.setProfile(uid, new Map([["a", "b"]]));
  store.accounts.profile(uid);
  store.relations.addPal(uid, uid, NOON);
  store.messages.add({ to: uid, from: uid, body: new Uint8Array(), at: NOON });
  store.relations.namePal(uid, uid, "x");
  store.profileMessages.add({
    to: uid,
    toProfile: 1,
    from: uid,
    fromProfile: 1,
    text: new Uint8Array(),
    at: NOON,
  });
  const { gid } = store.rooms.create({
    name: "x",
    category: 30001,
    type: 0,
    createdAt: NOON,
  });
  store.rooms.list();
  store.rooms.byName("x");
  store.rooms.update(gid, { banner: "x" });
  for (const on of [true, false]) {
    store.rooms.setAdmin(gid, uid, on);
    store.rooms.setBan(gid, uid, on);
    store.rooms.setBounce(gid, uid, on);
  }
  store.rooms.offices(gid);
  store.rooms.clearBans(gid);
  store.rooms.clearBounces(gid);
  store.rooms.remove(gid);
  store.categories.list();
  store.categories.set({ code: 1, name: "x" });
  store.categories.remove(1);
  const ban = { reason: "", by: "", at: NOON, until: null };
  store.bans.add({ kind: "account", target: "x", ...ban });
  store.bans.list(NOON);
  store.bans.find("account", "x", NOON);
  for (const filter of ["actor", "action", "target"]) {
    store.audit.list({ [filter]: "x" });
    store.audit.list({ [filter]: "x", since: 1, until: 2 });
  }
  store.audit.list();
  store.audit.list({ since: 1 });
  store.words.set({ word: "x", action: "mask", by: "x", at: 1 });
  store.words.list();
  store.emergency.set({ level: "open", reason: "", by: "x", at: 1 });
  store.emergency.get();
  store.twoStep.set({
    uid,
    secret: "x",
    since: 1,
    lastStep: 1,
    recovery: [],
  });
  store.twoStep.get(uid);
  const moment = { uid, at: NOON, by: "x" };
  store.mutes.set({ ...moment, reason: "", rank: 1, until: null });
  store.mutes.get(uid, 1);
  store.mutes.list(1);
  const note = store.notes.add({ ...moment, text: "x" });
  store.notes.get(note.id);
  store.notes.list(uid);
  store.notes.remove(note.id);
  const visit = { uid, beganAt: 1, endedAt: 2, address: "::1" };
  store.pastSessions.add(visit);
  store.pastSessions.list(uid, 10);
  const { id: complaint } = store.complaints.add({
    at: NOON,
    reporter: uid,
    reporterName: "x",
    about: uid,
    aboutName: "x",
    gid: null,
    room: "",
    text: "x",
    lines: [],
  });
  store.complaints.list();
  store.complaints.list({ state: "waiting" });
  store.complaints.list({ state: "open" });
  store.complaints.list({ about: uid });
  store.complaints.list({ reporter: uid });
  store.complaints.countBy(uid, 1);
  store.complaints.update(complaint, { note: "x" });
  const mail = {
    uid,
    recipient: "x",
    subject: "x",
    body: "x",
    madeAt: 1,
    nextAt: 1,
    tries: 0,
    fault: "",
    failedAt: null,
    expiresAt: NOON,
  };
  const id = store.mails.add(mail);
  store.mails.next();
  store.mails.update({ ...mail, id });
  store.mails.makeDue(1);
  store.mails.makeDue(1, id);
  store.mails.waiting();
  store.mails.list();
  store.mails.remove(id);
  const times = { beganAt: 1, lastAt: 1, deskAt: 1, expiresAt: NOON };
  store.webSessions.add({
    ...times,
    keyHash: "x",
    uid,
    passwordMark: "x",
    address: "::1",
    browser: "x",
  });
  store.webSessions.used({ ...times, keyHash: "x" });
  store.webSessions.of(uid);
  store.webSessions.list(1);
  store.webSessions.remove("x");
  const code = { code: "x", usesLeft: 1, createdBy: "x", createdAt: NOON };
  store.inviteCodes.add({ ...code, expiresAt: null });
  store.inviteCodes.list(NOON);
  store.inviteCodes.redeem("x", NOON);
  store.inviteCodes.remove("x");
  store.emailInvites.add({ from: uid, email: "x", at: NOON });
  store.emailInvites.list(uid);
  const load = { sessions: 1, rooms: 1, talkers: 1, packets: 1 };
  store.history.add(60, { at: NOON, ...load, voiceFrames: 1 });
  store.history.list(60, NOON);
  store.history.prune(60, NOON);
  store.statistics.countPeople(1);
  store.statistics.hours(1);
  store.statistics.people("day", 1);
  store.statistics.rooms(1, 10);
  store.statistics.prune(1, 10);
  for (const { kinds } of KEPT) {
    for (const kind of kinds) {
      store.retention.prune(kind, 1, 10);
      store.retention.oldest(kind);
    }
  }
  for (const kind of ENDING) store.retention.prune(kind, 1, 10);
  store.accounts.remove(uid, "remove");
}

Deno.test("every statement finds its rows by an index", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    (await openStore(path)).close();
    const db = new Database(path);
    const seen = new Set<string>();
    const prepare = db.statement.bind(db);
    db.statement = (sql: string) => {
      seen.add(sql);
      return prepare(sql);
    };
    exercise(new SqliteStore(db));
    assert.ok(seen.size > 60, `${seen.size} statements`);

    const bad: string[] = [];
    for (const sql of seen) {
      if (WHOLE.some((pattern) => pattern.test(sql))) continue;
      const marks = sql.split("?").length - 1;
      const plan = prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...Array(marks).fill(1)).map(({ detail }) => detail);
      const slow = plan.filter((line) => /^SCAN|TEMP B-TREE/.test(line));
      if (slow.length > 0) bad.push(`${sql}: ${slow}`);
    }
    assert.deepEqual(bad, []);
    db.close();
  }));

Deno.test("every foreign key has an index, so that a removal scans no table", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    (await openStore(path)).close();
    const db = new Database(path);
    const missing = db.statement(`
      SELECT tables.name, keys."from"
      FROM pragma_table_list AS tables,
           pragma_foreign_key_list(tables.name) AS keys
      WHERE NOT EXISTS (
        SELECT 1 FROM pragma_index_list(tables.name) AS indexes,
                      pragma_index_info(indexes.name) AS columns
        WHERE columns.seqno = 0 AND columns.name = keys."from")
        AND NOT EXISTS (
        SELECT 1 FROM pragma_table_info(tables.name) AS columns
        WHERE columns.pk = 1 AND columns.name = keys."from")`).all();
    db.close();
    assert.deepEqual(missing, []);
  }));
