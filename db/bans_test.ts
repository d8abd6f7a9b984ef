import assert from "node:assert/strict";
import type { NewBan } from "../lib/domain/store.ts";
import { NOON, withStore } from "../tests/support/db/temp.ts";

const ban = (target: string, until: number | null, reason = "spam") =>
  ({
    kind: "address",
    target,
    reason,
    by: "cli",
    at: NOON,
    until,
  }) satisfies NewBan;

Deno.test("bans last until they expire", () =>
  withStore(({ bans, retention }) => {
    bans.add(ban("192.0.2.1", NOON + 10));
    const forever = bans.add(ban("192.0.2.2", null));
    assert.equal(bans.list(NOON + 9).length, 2);
    assert.deepEqual(bans.list(NOON + 10), [forever]);
    assert.equal(bans.find("address", "192.0.2.1", NOON)?.reason, "spam");
    assert.equal(bans.find("address", "192.0.2.1", NOON + 10), undefined);
    assert.equal(bans.find("network", "192.0.2.2", NOON), undefined);
    assert.equal(retention.prune("bans", NOON + 10, 9), 0);
    assert.equal(retention.prune("bans", NOON + 11, 9), 1);
    assert.deepEqual(bans.list(0), [forever]);
  }));

Deno.test("bans.add() replaces a ban of the same target", () =>
  withStore(({ bans }) => {
    const first = bans.add(ban("192.0.2.1", NOON + 10));
    const second = bans.add(ban("192.0.2.1", null, "worse"));
    assert.notEqual(first.id, second.id);
    assert.deepEqual(bans.list(NOON), [second]);
    assert.equal(bans.remove("address", "192.0.2.1"), true);
    assert.equal(bans.remove("address", "192.0.2.1"), false);
  }));
