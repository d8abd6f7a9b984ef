/**
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openStore } from "../../db/open.ts";
import type { Ban, NewBan } from "../domain/store.ts";
import { Admission } from "../net/admission.ts";
import { AddressBans } from "./address_bans.ts";

const NOW = Date.UTC(2027, 0, 1);
const HOUR = 3_600_000;
const ban = (target: string, more: Partial<NewBan> = {}): NewBan => ({
  kind: "network",
  target,
  reason: "",
  by: "host",
  at: NOW,
  until: null,
  ...more,
});

Deno.test("bans of addresses apply immediately and are parsed once", async () => {
  const folder = await Deno.makeTempDir();
  const store = await openStore(join(folder, "retropal.db"));
  try {
    let lists = 0;
    const { bans } = store;
    const counted = {
      get revision() {
        return bans.revision;
      },
      list(now: number): Ban[] {
        lists++;
        return bans.list(now);
      },
    };
    const all = new AddressBans(counted);
    const admission = new Admission(
      () => ({ onlyFrom: [], uncounted: [] }),
      (address) => all.refuseConnection(address, NOW),
    );
    const visitor = "192.0.2.7";
    assert.equal(admission.refusal(visitor), undefined);

    bans.add(ban("192.0.2.0/24", { until: NOW + HOUR }));
    assert.equal(admission.refusal(visitor), "address is banned");
    const before = lists;
    for (let n = 0; n < 100; n++) {
      admission.refusal(visitor);
      assert.ok(all.of(visitor, undefined, NOW));
    }
    assert.equal(lists, before);
    // The ban expires although nothing reports it.
    assert.equal(all.of(visitor, undefined, NOW + HOUR), undefined);

    bans.remove("network", "192.0.2.0/24");
    assert.equal(admission.refusal(visitor), undefined);

    // Staff must not keep out higher staff before they sign on.
    bans.add(ban("192.0.2.0/24", { byUid: 5, rank: 1 }));
    assert.equal(admission.refusal(visitor), undefined);
    assert.ok(all.of(visitor, { uid: 9, role: "user" }, NOW));
    assert.equal(all.of(visitor, { uid: 9, role: "admin" }, NOW), undefined);
  } finally {
    store.close();
    await Deno.remove(folder, { recursive: true });
  }
});
