import assert from "node:assert/strict";
import type { AuditEntry } from "../lib/domain/store.ts";
import { openStore } from "./open.ts";
import { NOON, withStore } from "../tests/support/db/temp.ts";

const entry = (n: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  at: NOON + n,
  actor: "Émile",
  actorUid: 1000002,
  address: "192.0.2.1",
  action: "user ban",
  target: "Troll",
  before: null,
  after: "banned",
  ...more,
});

Deno.test("audit.list() filters without regard to case, newest first", () =>
  withStore(({ audit, retention }) => {
    audit.add(entry(1));
    audit.add(entry(2, { actor: "cli", actorUid: null, address: null }));
    audit.add(entry(3, { action: "room set", target: "Lounge" }));
    const times = (filter?: object) =>
      audit.list(filter).map(({ at }) => at - NOON);
    assert.deepEqual(times(), [3, 2, 1]);
    assert.deepEqual(times({ actor: "éMILE" }), [3, 1]);
    assert.deepEqual(times({ action: "user ban" }), [2, 1]);
    assert.deepEqual(times({ target: "TROLL", actor: "CLI" }), [2]);
    assert.deepEqual(times({ since: NOON + 2, until: NOON + 3 }), [2]);
    assert.deepEqual(times({ limit: 1 }), [3]);
    const newest = audit.list({ limit: 1 });
    assert.deepEqual(newest, [
      { id: 3, ...entry(3, { action: "room set", target: "Lounge" }) },
    ]);
    assert.equal(retention.prune("audit", NOON + 3, 9), 2);
    assert.deepEqual(times(), [3]);
  }));

Deno.test("audit.add() waits for flush(), but not with more than 64", () =>
  withStore(async (store, path) => {
    const reader = await openStore(path, { readOnly: true });
    const written = () => reader.audit.list({ limit: 5000 }).length;
    store.audit.add(entry(0));
    assert.equal(written(), 0);
    store.flush();
    assert.equal(written(), 1);
    for (let n = 1; n < 64; n++) store.audit.add(entry(n));
    assert.equal(written(), 1);
    store.audit.add(entry(64));
    assert.equal(written(), 65);
    reader.close();
  }));
