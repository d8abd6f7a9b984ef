import assert from "node:assert/strict";
import { addUser, fails, NOON, withStore } from "../tests/support/db/temp.ts";

const code = (name: string, usesLeft: number, expiresAt: number | null) => ({
  code: name,
  usesLeft,
  createdBy: "cli",
  createdAt: NOON,
  expiresAt,
  link: false,
  room: null,
});

Deno.test("inviteCodes.redeem() takes one use while any is left", () =>
  withStore(({ inviteCodes }) => {
    inviteCodes.add(code("welcome", 2, null));
    assert.equal(inviteCodes.redeem("welcome", NOON), true);
    assert.equal(inviteCodes.list(NOON)[0]?.usesLeft, 1);
    assert.equal(inviteCodes.redeem("welcome", NOON), true);
    assert.equal(inviteCodes.redeem("welcome", NOON), false);
    assert.equal(inviteCodes.redeem("unknown", NOON), false);
    assert.deepEqual(inviteCodes.list(NOON), []);
  }));

Deno.test("inviteCodes expire and can be revoked", () =>
  withStore(({ inviteCodes }) => {
    inviteCodes.add(code("short", 9, NOON + 10));
    assert.throws(
      () => inviteCodes.add(code("short", 1, null)),
      fails("in-use"),
    );
    assert.equal(inviteCodes.redeem("short", NOON + 10), false);
    assert.deepEqual(inviteCodes.list(NOON + 10), []);
    assert.deepEqual(inviteCodes.list(NOON), [code("short", 9, NOON + 10)]);
    assert.equal(inviteCodes.remove("short"), true);
    assert.equal(inviteCodes.remove("short"), false);
  }));

Deno.test("emailInvites.add() keeps one line for each address", () =>
  withStore((store) => {
    const from = addUser(store, "Ada").uid;
    store.emailInvites.add({ from, email: "bob@x", at: NOON });
    store.emailInvites.add({ from, email: "BOB@X", at: NOON + 1 });
    store.emailInvites.add({ from, email: "al@x", at: NOON });
    assert.deepEqual(store.emailInvites.list(from), [
      { from, email: "al@x", at: NOON },
      { from, email: "BOB@X", at: NOON + 1 },
    ]);
  }));
