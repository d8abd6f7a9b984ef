import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_UID, StoreError, SYSTEM_UID } from "../lib/domain/store.ts";
import { AccountTable } from "./accounts.ts";
import { Database } from "./database.ts";
import { openStore } from "./open.ts";
import { addUser, fails, NOON, withStore } from "../tests/support/db/temp.ts";

Deno.test("accounts.create() assigns uids from 1000002 and default values", () =>
  withStore((store) => {
    const ada = addUser(store, "Ada", { email: "ada@example.org" });
    assert.deepEqual(ada, {
      uid: 1000002,
      nickname: "Ada",
      passwordHash: "!",
      role: "user",
      email: "ada@example.org",
      first: "",
      last: "",
      listed: true,
      color: "000000000",
      paid: "6",
      privacy: "A",
      offersFromUs: false,
      offersFromAffiliates: false,
      showFirst: true,
      showLast: true,
      showEmail: false,
      hint: "",
      hintQuestion: 0,
      createdAt: NOON,
      lastSeenAt: null,
      lastAddress: null,
    });
    assert.deepEqual(store.accounts.get(ada.uid), ada);
    assert.equal(addUser(store, "Bob").uid, 1000003);
  }));

Deno.test("accounts.create() stores every given field", () =>
  withStore((store) => {
    const given = {
      nickname: "Zoë",
      passwordHash: "$scrypt$x",
      role: "superadmin",
      email: "Z@x",
      first: "Zoë",
      last: "Ÿ",
      listed: false,
      color: "255000128",
      paid: "Y",
      privacy: "P",
      offersFromUs: true,
      offersFromAffiliates: true,
      showFirst: false,
      showLast: false,
      showEmail: true,
      hint: "cat",
      hintQuestion: 2,
      createdAt: NOON,
      lastAddress: "192.0.2.7",
    } as const;
    const { uid } = store.accounts.create(given);
    assert.deepEqual(store.accounts.get(uid), {
      ...given,
      uid,
      lastSeenAt: null,
    });
  }));

Deno.test("accounts.create() refuses a nickname that differs only in case", () =>
  withStore((store) => {
    addUser(store, "Élodie Š");
    assert.throws(
      () => addUser(store, "éLODIE š"),
      fails("nickname-taken", /taken/),
    );
    assert.throws(() => addUser(store, "PALTALK"), fails("nickname-taken"));
    assert.equal(store.accounts.byNickname("ÉLODIE Š")?.nickname, "Élodie Š");
    assert.equal(store.accounts.byNickname("Elodie Š"), undefined);
    assert.equal(addUser(store, "Elodie Š").nickname, "Elodie Š");
  }));

Deno.test("accounts.create() never reuses the uid of a removed account", () =>
  withStore(async (store, path) => {
    const last = addUser(store, "Gone");
    store.accounts.remove(last.uid, "remove");
    store.close();
    const again = await openStore(path);
    assert.equal(addUser(again, "New").uid, last.uid + 1);
    again.close();
    // withStore closes the store again.
    Object.assign(store, { close: () => {} });
  }));

Deno.test("accounts.create() stops at the last uid that the client's voice code supports", () =>
  withStore((store, path) => {
    const db = new Database(path);
    db.exec("UPDATE sqlite_sequence SET seq = 49999999 WHERE name = 'users'");
    db.close();
    assert.equal(addUser(store, "Last").uid, MAX_UID);
    assert.throws(() => addUser(store, "More"), fails("uids-exhausted"));
  }));

Deno.test("accounts.update() changes what is given and keeps the rest", () =>
  withStore((store) => {
    const { uid } = addUser(store, "Ada", { email: "a@x", hint: "h" });
    addUser(store, "Bob");
    const renamed = store.accounts.update(uid, {
      nickname: "ADA",
      role: "moderator",
    });
    assert.equal(renamed.nickname, "ADA");
    assert.equal(renamed.role, "moderator");
    assert.equal(renamed.email, "a@x");
    assert.equal(renamed.hint, "h");
    assert.throws(
      () => store.accounts.update(uid, { nickname: "bOB" }),
      fails("nickname-taken"),
    );
    assert.equal(store.accounts.get(uid)?.nickname, "ADA");
    assert.throws(
      () => store.accounts.update(9, { hint: "" }),
      fails("not-found", /no user 9/),
    );
  }));

Deno.test("accounts.setPassword() replaces the hash of one user", () =>
  withStore((store) => {
    const { uid } = addUser(store, "Ada");
    store.accounts.setPassword(uid, "$scrypt$new");
    assert.equal(store.accounts.get(uid)?.passwordHash, "$scrypt$new");
    assert.throws(() => store.accounts.setPassword(7, "x"), fails("not-found"));
  }));

Deno.test("accounts.remove() deletes all data of the uid", () =>
  withStore((store) => {
    const { uid } = addUser(store, "Ada");
    const { uid: other } = addUser(store, "Bob");
    store.relations.addPal(other, uid, NOON);
    store.relations.addPal(uid, other, NOON);
    store.relations.addBlock(other, uid, NOON);
    const body = new Uint8Array([1]);
    store.messages.add({ to: uid, from: other, body, at: NOON });
    store.messages.add({ to: other, from: uid, body, at: NOON });
    store.accounts.setProfile(uid, new Map([["state", "x"]]));
    store.emailInvites.add({ from: uid, email: "e@x", at: NOON });
    const ban = { reason: "", by: "cli", at: NOON, until: null } as const;
    store.bans.add({ kind: "account", target: String(uid), ...ban });
    const room = (name: string) =>
      store.rooms.create({
        name,
        category: 30018,
        type: 3,
        createdAt: NOON,
        owner: uid,
      }).gid;
    const gid = room("Ada's");
    store.rooms.setAdmin(50001, uid, true);
    store.rooms.setBan(50001, uid, true);
    store.accounts.remove(uid, "remove");

    assert.equal(store.accounts.get(uid), undefined);
    assert.equal(store.accounts.byNickname("ada"), undefined);
    assert.deepEqual(store.relations.pals(other).map((pal) => pal.uid), [
      SYSTEM_UID,
    ]);
    assert.deepEqual(store.relations.blocks(other), []);
    assert.deepEqual(store.messages.waiting(other), []);
    assert.equal(store.accounts.profile(uid).size, 0);
    assert.deepEqual(store.emailInvites.list(uid), []);
    assert.deepEqual(store.bans.list(NOON), []);
    assert.equal(store.rooms.get(gid), undefined);
    const { admins, banned } = store.rooms.offices(50001);
    assert.deepEqual([admins, banned], [[], []]);
    assert.throws(
      () => store.accounts.remove(uid, "keep"),
      fails("not-found"),
    );
  }));

Deno.test("accounts.remove() keeps rooms without an owner when asked", () =>
  withStore((store) => {
    const { uid } = addUser(store, "Ada");
    const { gid } = store.rooms.create({
      name: "Ada's",
      category: 30018,
      type: 0,
      createdAt: NOON,
      owner: uid,
    });
    store.accounts.remove(uid, "keep");
    assert.equal(store.rooms.get(gid)?.owner, null);
    assert.throws(
      () => store.accounts.remove(SYSTEM_UID, "keep"),
      fails("in-use"),
    );
  }));

Deno.test("accounts.search() matches each field given and hides the unlisted", () =>
  withStore((store) => {
    addUser(store, "Émile", { first: "Émile", last: "Zola", email: "E@z.fr" });
    addUser(store, "emil", { first: "Emil", last: "ZOLA" });
    addUser(store, "ÉMILIE", { listed: false, last: "Zola" });
    const hits = (query: object) =>
      store.accounts.search({ limit: 200, ...query }).map((hit) =>
        hit.nickname
      );
    assert.deepEqual(hits({ nicknamePrefix: "éM" }), ["Émile"]);
    assert.deepEqual(hits({ nicknamePrefix: "éM", includeUnlisted: true }), [
      "Émile",
      "ÉMILIE",
    ]);
    assert.deepEqual(hits({ nickname: "EMIL" }), ["emil"]);
    assert.deepEqual(hits({ email: "e@Z.FR" }), ["Émile"]);
    assert.deepEqual(hits({ last: "zola" }), ["emil", "Émile"]);
    assert.deepEqual(hits({ last: "zola", first: "éMILE" }), ["Émile"]);
    assert.deepEqual(hits({ last: "zola", limit: 1 }), ["emil"]);
    assert.deepEqual(hits({ last: "zola", limit: -1 }), []);
    assert.deepEqual(hits({}), []);
    assert.deepEqual(hits({ email: "" }), []);
  }));

Deno.test("accounts.search() treats % and _ as ordinary characters", () =>
  withStore((store) => {
    for (const name of ["100%", "100_a", "1000", "%", "_"]) {
      addUser(store, name);
    }
    const hits = (nicknamePrefix: string) =>
      store.accounts.search({ nicknamePrefix, limit: 200 }).map((hit) =>
        hit.nickname
      );
    assert.deepEqual(hits("100%"), ["100%"]);
    assert.deepEqual(hits("100_"), ["100_a"]);
    assert.deepEqual(hits("%"), ["%"]);
    assert.deepEqual(hits("_"), ["_"]);
    assert.deepEqual(hits("ÿ"), []);
    assert.equal(store.accounts.list({ text: "%" }).length, 2);
  }));

Deno.test("accounts.search() never throws and finds every name by its beginning", () =>
  withStore((store) => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.array(fc.integer({ min: 0, max: 255 })).map((bytes) =>
        String.fromCharCode(...bytes)
      ),
    );
    fc.assert(
      fc.property(text, text, (name, other) => {
        for (const limit of [1, 200, NaN, Infinity, -3, 1.5]) {
          store.accounts.search({
            nicknamePrefix: other,
            nickname: name,
            email: name,
            first: other,
            last: name,
            limit,
          });
        }
        store.accounts.list({ text: other });
        let uid: number | undefined;
        if (store.accounts.byNickname(name) === undefined) {
          uid = addUser(store, name).uid;
        }
        assert.equal(
          store.accounts.byNickname(name)?.nickname !== undefined,
          true,
        );
        const prefix = name.slice(0, 3);
        if (prefix.isWellFormed() && prefix !== "" && uid !== undefined) {
          const found = store.accounts.search({
            nicknamePrefix: prefix,
            limit: 1000,
          });
          assert.ok(found.some((hit) => hit.uid === uid));
        }
        if (uid !== undefined) store.accounts.remove(uid, "keep");
      }),
      { numRuns: 300 },
    );
  }));

Deno.test("accounts.list() filters, sorts and pages people, not the system user", () =>
  withStore((store) => {
    const ada = addUser(store, "ada", { createdAt: 3, role: "admin" });
    addUser(store, "Bob", { createdAt: 1, email: "bob@ADA.example" });
    addUser(store, "cy", { createdAt: 2 });
    const names = (listing: object = {}) =>
      store.accounts.list(listing).map((account) => account.nickname);
    assert.deepEqual(names(), ["ada", "Bob", "cy"]);
    assert.deepEqual(names({ role: "admin" }), ["ada"]);
    assert.deepEqual(names({ text: "Ada" }), ["ada", "Bob"]);
    assert.deepEqual(names({ sort: "created" }), ["Bob", "cy", "ada"]);
    assert.deepEqual(names({ limit: 1, offset: 1 }), ["Bob"]);
    store.accounts.seen(ada.uid, NOON, "192.0.2.1");
    assert.equal(names({ sort: "seen" })[0], "ada");
    assert.equal(store.accounts.count(), 3);
    assert.equal(store.accounts.get(SYSTEM_UID)?.nickname, "Paltalk");
    assert.equal(store.accounts.get(SYSTEM_UID)?.passwordHash, "!");
  }));

Deno.test("accounts.seen() shows immediately and is on disk after flush()", () =>
  withStore(async (store, path) => {
    const { uid } = addUser(store, "Ada");
    store.accounts.seen(uid, NOON + 5, "192.0.2.1");
    assert.equal(store.accounts.get(uid)?.lastSeenAt, NOON + 5);
    const reader = await openStore(path, { readOnly: true });
    assert.equal(reader.accounts.get(uid)?.lastSeenAt, null);
    store.flush();
    assert.equal(reader.accounts.get(uid)?.lastSeenAt, NOON + 5);
    assert.equal(reader.accounts.get(uid)?.lastAddress, "192.0.2.1");
    // A storm of sign-ons is written in batches.
    for (let n = 0; n < 64; n++) store.accounts.seen(uid + n, NOON + 6, "::1");
    assert.equal(reader.accounts.get(uid)?.lastSeenAt, NOON + 6);
    reader.close();
  }));

Deno.test("accounts.seen() does not fail while the disk is full", () =>
  withStore((store, path) => {
    const { uid } = addUser(store, "Ada");
    let flushes = 0;
    const db = new Database(path);
    const accounts = new AccountTable(db, () => {
      flushes++;
      throw new StoreError("full", "The disk is full.");
    });
    for (let n = 0; n < 64; n++) accounts.seen(uid + n, NOON, "::1");
    assert.equal(flushes, 1);
    assert.equal(accounts.get(uid)?.lastSeenAt, NOON);
    db.close();
  }));

Deno.test("accounts.setProfile() replaces all fields", () =>
  withStore((store) => {
    const { uid } = addUser(store, "Ada");
    store.accounts.setProfile(uid, new Map([["state", "Ö"], ["age", "7"]]));
    store.accounts.setProfile(uid, new Map([["age", "8"], ["home", ""]]));
    assert.deepEqual(
      [...store.accounts.profile(uid)],
      [["age", "8"], ["home", ""]],
    );
    assert.throws(
      () => store.accounts.setProfile(7, new Map([["a", "b"]])),
      fails("not-found"),
    );
  }));
