import { deepEqual, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { Bench } from "../../tests/support/commands/host.ts";
import { personalData } from "./personal_data.ts";

/** The part of the export that covers each table's data about users. */
const WHERE: Readonly<Record<string, string>> = {
  users: "account",
  profile_fields: "profile",
  buddies: "pals",
  blocks: "blocked",
  offline_messages: "waitingMessages",
  profile_messages: "profileMessages",
  sign_on_places: "signOnNetworks",
  group_admins: "rooms",
  group_bans: "rooms",
  group_bounces: "rooms",
  groups: "ownedRooms",
  complaints: "complaintsAbout",
  mutes: "mute",
  user_notes: "notes",
  past_sessions: "sessions",
  two_step: "twoStep",
  applications: "application",
  email_checks: "email",
  email_links: "email",
  email_invites: "invitedByEmail",
  web_sessions: "browsers",
  mails: "waitingMail",
  // Only a hash, and its expiry.
  password_resets: "account",
};

Deno.test("the export has a place for each table about users", async () => {
  await using bench = await Bench.open();
  const uid = bench.person("Ann");
  const account = bench.store.accounts.get(uid)!;
  const data = personalData(bench.store, account);
  for (const key of Object.values(WHERE)) ok(key in data, key);
  using db = new DatabaseSync(`${bench.folder}/retropal.db`, {
    readOnly: true,
  });
  const tables = db.prepare(
    `SELECT DISTINCT m.name FROM sqlite_schema m, pragma_foreign_key_list(m.name) f
       WHERE m.type = 'table' AND f."table" = 'users' ORDER BY 1`,
  ).all().map(({ name }) => String(name));
  ok(tables.length > 10);
  deepEqual(tables.filter((name) => !(name in WHERE)), []);
});

Deno.test("the export has what staff keep about a user, without other names", async () => {
  await using bench = await Bench.open();
  const uid = bench.person("Ann");
  bench.person("Guard", "moderator");
  const actor = bench.actor("Guard");
  await bench.run("user note", { nick: "Ann", text: "shouts" }, { actor });
  await bench.run(
    "complaint add",
    { nick: "Ann", text: "too loud" },
    { actor },
  );
  bench.store.rooms.setBan(50001, uid, true, 0);
  bench.store.audit.add({
    at: bench.now,
    actor: "Guard",
    actorUid: actor.uid,
    address: null,
    action: "room ban",
    target: "50001 Ann",
    before: null,
    after: "rude",
  });
  const data = personalData(bench.store, bench.store.accounts.get(uid)!);
  deepEqual(data.notes.map(({ text }) => text), ["shouts"]);
  deepEqual(data.complaintsAbout.map(({ text }) => text), ["too loud"]);
  ok(!JSON.stringify(data.complaintsAbout).includes("Guard"));
  deepEqual(data.rooms.banned.length, 1);
  const ban = data.audit.find(({ action }) => action === "room ban");
  deepEqual(ban?.after, "rude");
});
