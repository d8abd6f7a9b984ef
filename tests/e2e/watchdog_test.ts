/**
 * The watchdog thread in the released program: the compiled program embeds the
 * code of its threads differently.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { TestServer } from "../support/server.ts";

const BOB = 1000003;

Deno.test("log.watchdog_thread reports a stall while it lasts", async () => {
  await using server = await TestServer.start({
    users: ["Ann", "Bob"],
    settings: { "log.watchdog_thread": "true", "log.format": "json" },
  });
  await using ann = await server.signOn("Ann");
  await ann.settle();
  // SQLite waits for the lock of another program, which blocks the event loop.
  const database = new DatabaseSync(join(server.data, "retropal.db"));
  database.exec("BEGIN IMMEDIATE");
  const adding = ann.people.addPal(BOB);
  try {
    await server.log.match(/"message":"the event loop stands still"/, 20_000);
    // The loop has not run again, so this line came from the thread.
    assert.doesNotMatch(server.log.text, /the event loop was blocked/);
  } finally {
    database.exec("ROLLBACK");
    database.close();
  }
  assert.equal((await adding).nickname, "Bob");
  await server.log.match(/the event loop was blocked/, 20_000);
});
