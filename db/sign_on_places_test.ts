import assert from "node:assert/strict";
import { addUser, NOON, withStore } from "../tests/support/db/temp.ts";

Deno.test("an account is known from the networks of its last ten sign-ons", () =>
  withStore((store) => {
    const { uid } = addUser(store, "Ann");
    const { accounts } = store;
    assert.equal(accounts.knowsPlace(uid, "192.0.2.1"), false);
    accounts.signedOnFrom(uid, NOON, "192.0.2.1");
    assert.ok(accounts.knowsPlace(uid, "192.0.2.200"), "before the flush too");
    store.flush();
    assert.ok(accounts.knowsPlace(uid, "::ffff:192.0.2.7"));
    assert.equal(accounts.knowsPlace(uid, "192.0.3.1"), false);
    accounts.signedOnFrom(uid, NOON + 1, "2001:db8::1");
    for (let n = 0; n < 9; n++) {
      accounts.signedOnFrom(uid, NOON + 2 + n, `198.51.${n}.1`);
      store.flush();
    }
    assert.ok(accounts.knowsPlace(uid, "2001:db8::9"));
    assert.equal(accounts.knowsPlace(uid, "192.0.2.1"), false);
    assert.equal(accounts.places(uid).length, 10);
    assert.equal(accounts.places(uid)[0], "198.51.8");
    accounts.signedOnFrom(uid, NOON, "10.0.0.1");
    accounts.remove(uid, "remove");
    store.flush();
  }));
