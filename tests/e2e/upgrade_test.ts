/**
 * Runs the program on the data folder of an older version. The files in
 * tests/support/db/first_schema were written by the last build with schema 1,
 * by its own commands and by clients; versions in between are created from it
 * by the migrations.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Database } from "../../db/database.ts";
import { migrate, newestSchema } from "../../db/migrate.ts";
import { MIGRATIONS } from "../../db/migrations/mod.ts";
import { SignOnRefused } from "../../lib/client/mod.ts";
import { Malformed } from "../../lib/protocol/layout.ts";
import { imIn } from "../../lib/protocol/packets/messages.ts";
import { blockedBuddies, buddyList } from "../../lib/protocol/packets/pals.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import type { PaltalkClient } from "../../lib/client/mod.ts";
import { TestServer } from "../support/server.ts";

const FILES = new URL("../support/db/first_schema/", import.meta.url);
const WRITTEN = Date.UTC(2026, 11, 1);
const ANN = 1000002;
const BOEB = 1000003;
const CARL = 1000004;
const QUIET_CORNER = 50008;

/** Writes a data folder as the program with this schema would have left it. */
async function writeFolder(data: string, schema: number): Promise<void> {
  await Deno.mkdir(data, { recursive: true, mode: 0o700 });
  await Deno.copyFile(new URL("retropal.toml", FILES), `${data}/retropal.toml`);
  const path = join(data, "retropal.db");
  const packed = await Deno.readFile(new URL("retropal.db.gz", FILES));
  await Deno.writeFile(path, gunzipSync(packed), { mode: 0o600 });
  const db = new Database(path);
  await migrate(db, WRITTEN, MIGRATIONS.slice(0, schema));
  db.close();
  for (const name of backups(data)) await Deno.remove(join(data, name));
}

function backups(data: string): string[] {
  return [...Deno.readDirSync(data)].map(({ name }) => name)
    .filter((name) => name.startsWith("retropal.db.backup-"));
}

/** Returns the accounts of a file, whatever its schema. */
function accounts(path: string) {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const [schema] = Object.values(db.prepare("PRAGMA user_version").get()!);
    const rows = db.prepare(
      "SELECT uid, nickname, password_hash, role, email FROM users ORDER BY uid",
    ).all();
    const [finding] = Object.values(
      db.prepare("PRAGMA integrity_check").get()!,
    );
    return { schema, rows, finding };
  } finally {
    db.close();
  }
}

async function received(client: PaltalkClient): Promise<string[]> {
  await client.settle();
  return client.received.flatMap(({ type, payload }) => {
    const message = type === imIn.type ? imIn.parse(payload) : undefined;
    return message === undefined || message instanceof Malformed
      ? []
      : [decodeText(message.text)];
  });
}

/** Asserts that all data of the old program is still there. */
async function everythingIsThere(server: TestServer): Promise<void> {
  await using ann = await server.signOn("Ann");
  assert.equal(ann.uid, ANN);
  const pals = await ann.expect(buddyList);
  assert.ok(pals.some(({ uid }) => uid === BOEB), "B\u00f6b is Ann's pal");
  const blocked = await ann.expect(blockedBuddies);
  assert.deepEqual(blocked.map(({ uid }) => uid), [CARL]);
  await using bob = await server.signOn("B\u00f6b");
  assert.deepEqual(
    (await received(bob)).filter((text) => /tomorrow|dog/.test(text)),
    ["see you tomorrow, B\u00f6b", "bring the dog"],
  );
  const room = await bob.rooms.join(QUIET_CORNER);
  assert.equal(room.name, "Quiet Corner");
  await assert.rejects(
    server.signOn("Troll"),
    (error) => error instanceof SignOnRefused && /Be kind/.test(error.message),
  );

  const json = async (...args: string[]) =>
    JSON.parse(await server.run(...args, "--json"));
  const shown = await json("user", "show", "B\u00f6b");
  assert.equal(shown.email, "bob@example.org");
  assert.equal(shown.role, "moderator");
  assert.equal((await json("room", "show", "Quiet Corner")).owner, ANN);
  assert.equal((await json("invite", "list"))[0].code, "CJC8-EUCU-CL99");
  const bans = JSON.stringify(await json("ban", "list"));
  assert.match(bans, /203\.0\.113\.0\/24/);
  const audit = JSON.stringify(await json("audit"));
  for (const action of ["room add", "user set", "ban add"]) {
    assert.ok(audit.includes(`"${action}"`), action);
  }
  assert.match(
    await server.run("config", "show", "server.name"),
    /The Royal Oak/,
  );
}

const older = [1, 2, 5, 9, 13, 17, newestSchema() - 1];

for (const schema of older) {
  Deno.test(`an upgrade from schema ${schema} keeps everything, and the old file`, async () => {
    const home = await Deno.makeTempDir({ prefix: "retropal-upgrade-" });
    const data = join(home, "data");
    const database = join(data, "retropal.db");
    try {
      await writeFolder(data, schema);
      const before = accounts(database);
      const settings = await Deno.readTextFile(`${data}/retropal.toml`);
      const server = await TestServer.start({ data, gateways: 0 });
      const [, line = ""] = await server.log.match(
        /^.*(store: database upgraded.*)$/m,
        5000,
      );
      await everythingIsThere(server);
      const [backup = "", ...others] = backups(data);
      assert.deepEqual(others, []);
      assert.ok(line.includes(backup), line);
      assert.equal(await server.stop(), 0);

      // The backup is the complete old file, which the old program can open.
      assert.deepEqual(accounts(join(data, backup)), before);
      assert.equal(before.schema, schema);
      assert.equal(before.finding, "ok");
      assert.equal(accounts(database).schema, newestSchema());
      assert.equal(await Deno.readTextFile(`${data}/retropal.toml`), settings);

      const again = await TestServer.start({ data, gateways: 0 });
      await using ann = await again.signOn("Ann");
      assert.equal(ann.uid, ANN);
      assert.doesNotMatch(again.log.text, /upgraded/);
      assert.equal(backups(data).length, 1);
      assert.equal(await again.stop(), 0);
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  });
}
