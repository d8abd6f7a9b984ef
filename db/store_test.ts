import assert from "node:assert/strict";
import { join } from "node:path";
import type { Store } from "../lib/domain/store.ts";
import { Database } from "./database.ts";
import { openStore } from "./open.ts";
import { SqliteStore } from "./store.ts";
import {
  addUser,
  fails,
  NOON,
  withFolder,
  withStore,
} from "../tests/support/db/temp.ts";

const entry = (target: string) => ({
  at: NOON,
  actor: "cli",
  actorUid: null,
  address: null,
  action: "user add",
  target,
  before: null,
  after: null,
});

/** Calls `use` with a store whose disk has `pages` of 4096 bytes left. */
async function withFullDisk(
  pages: number,
  work: (store: Store, path: string, more: () => void) => void,
): Promise<void> {
  await withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    (await openStore(path)).close();
    const db = new Database(path);
    const size = (await Deno.stat(path)).size / 4096;
    db.exec(`PRAGMA max_page_count = ${size + pages}`);
    const store = new SqliteStore(db);
    work(store, path, () => db.exec("PRAGMA max_page_count = 1000000"));
    store.close();
  });
}

Deno.test("transaction() commits everything or nothing", () =>
  withStore((store) => {
    const boom = new Error("boom");
    assert.throws(() =>
      store.transaction(() => {
        addUser(store, "Ada");
        throw boom;
      }), boom);
    assert.equal(store.accounts.count(), 0);
    const uid = store.transaction(() => addUser(store, "Ada").uid);
    assert.equal(store.accounts.get(uid)?.nickname, "Ada");
  }));

Deno.test("transaction() nests: an inner one that fails can be caught", () =>
  withStore((store) => {
    store.transaction(() => {
      addUser(store, "Ada");
      assert.throws(() =>
        store.transaction(() => {
          addUser(store, "Bob");
          store.transaction(() => addUser(store, "Cy"));
          addUser(store, "ADA");
        }), fails("nickname-taken"));
      addUser(store, "Dan");
    });
    assert.deepEqual(
      store.accounts.list().map(({ nickname }) => nickname),
      ["Ada", "Dan"],
    );
  }));

Deno.test("flush() inside a transaction waits for its end", () =>
  withStore((store) => {
    assert.throws(() =>
      store.transaction(() => {
        store.audit.add(entry("Ada"));
        store.flush();
        throw new Error("undone");
      })
    );
    assert.equal(store.audit.list().length, 1);
  }));

Deno.test("close() writes what was deferred", () =>
  withFolder(async (folder) => {
    const path = join(folder, "retropal.db");
    const store = await openStore(path);
    const { uid } = addUser(store, "Ada");
    store.accounts.seen(uid, NOON, "192.0.2.1");
    store.audit.add(entry("Ada"));
    store.close();
    const again = await openStore(path);
    assert.equal(again.accounts.get(uid)?.lastAddress, "192.0.2.1");
    assert.equal(again.audit.list().length, 1);
    again.close();
  }));

Deno.test("on a full disk a message is refused with an error and nothing is damaged", () =>
  withFullDisk(5, (store, _path, more) => {
    const body = new Uint8Array(3000);
    const ids: number[] = [];
    const { uid } = addUser(store, "Ada");
    assert.throws(() => {
      for (;;) {
        const message = { to: uid, from: uid, body, at: NOON };
        ids.push(store.messages.add(message).id);
      }
    }, fails("full", /disk is full/));
    assert.deepEqual(store.messages.waiting(uid).map(({ id }) => id), ids);
    more();
    store.messages.add({ to: uid, from: uid, body, at: NOON });
    assert.equal(store.messages.count(uid), ids.length + 1);
  }));

Deno.test("on a full disk a bounded number of deferred rows waits for space", () =>
  withFullDisk(0, (store, _path, more) => {
    const target = "x".repeat(500);
    let refused = 0;
    for (let n = 0; n < 11_000; n++) {
      try {
        store.audit.add(entry(target));
      } catch (error) {
        assert.ok(fails("full")(error));
        refused += 1;
      }
    }
    assert.ok(refused > 0);
    more();
    store.flush();
    assert.equal(store.audit.list({ limit: 20_000 }).length, 10_000);
  }));

Deno.test("statements with too few values throw instead of binding NULL", () =>
  withFolder((folder) => {
    const db = new Database(join(folder, "x.db"));
    const statement = db.statement("SELECT ?, ?");
    assert.throws(() => statement.get(1), RangeError);
    assert.throws(() => statement.all(1, 2, 3), RangeError);
    assert.throws(() => statement.run(1, undefined as never), fails("io"));
    assert.throws(() => db.statement("SELEC"), fails("io", /syntax error/));
    db.close();
    assert.throws(() => statement.get(1, 2), fails("io"));
  }));

Deno.test("texts keep every character of Windows-1252, NUL as its symbol", () =>
  withStore((store) => {
    const all = new TextDecoder("windows-1252").decode(
      Uint8Array.from({ length: 255 }, (_, index) => index + 1),
    );
    const { uid } = addUser(store, all, { hint: `a\0b` });
    assert.equal(store.accounts.get(uid)?.nickname, all);
    assert.equal(store.accounts.byNickname(all)?.uid, uid);
    assert.equal(store.accounts.get(uid)?.hint, "a\u2400b");
    addUser(store, "a");
    addUser(store, "a\0b");
    assert.equal(store.accounts.byNickname("a")?.nickname, "a");
  }));
