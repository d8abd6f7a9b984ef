import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { backupTo } from "../../db/backup.ts";
import { openStore } from "../../db/open.ts";
import { NOON, withFolder } from "../../tests/support/db/temp.ts";
import { restoreBetween } from "./pending_restore.ts";

const actor = { name: "Rose", uid: 1000002, address: "::1", level: 3 };
const account = (nickname: string) => ({
  nickname,
  passwordHash: "!",
  createdAt: NOON,
});

/** Returns the accounts and the audit log's entries about restores. */
async function state(database: string) {
  const store = await openStore(database);
  try {
    return {
      ann: store.accounts.byNickname("Ann") !== undefined,
      acts: store.audit.list().map(({ action, after }) => [action, after]),
    };
  } finally {
    store.close();
  }
}

Deno.test("restoreBetween() restores a backup and records who requested it", () =>
  withFolder(async (folder) => {
    const database = join(folder, "retropal.db");
    const file = join(folder, "backup.db");
    const store = await openStore(database);
    store.accounts.create(account("Ann"));
    store.close();
    await backupTo(database, file);
    const later = await openStore(database);
    later.accounts.remove(later.accounts.byNickname("Ann")!.uid, "keep");
    later.close();
    await restoreBetween(database, { file, actor }, NOON);
    deepEqual(await state(database), { ann: true, acts: [["restore", null]] });
  }));

Deno.test("restoreBetween() leaves the database as it was when the backup is broken", () =>
  withFolder(async (folder) => {
    const database = join(folder, "retropal.db");
    const file = join(folder, "backup.db");
    const store = await openStore(database);
    store.accounts.create(account("Ann"));
    store.close();
    for (const broken of ["", "no database", "SQLite format 3\0rest"]) {
      await Deno.writeTextFile(file, broken);
      await restoreBetween(database, { file, actor }, NOON);
      const { ann, acts } = await state(database);
      equal(ann, true);
      equal(acts[0]?.[0], "restore failed");
      match(String(acts[0]?.[1]), /backup\.db|database|empty/i);
    }
    await restoreBetween(
      database,
      { file: join(folder, "none.db"), actor },
      NOON,
    );
    equal((await state(database)).acts.length, 4);
  }));
