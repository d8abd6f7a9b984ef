import assert from "node:assert/strict";
import { NOON, withStore } from "../../tests/support/db/temp.ts";
import { defaultConfig } from "../config/config.ts";
import { keepHouse } from "./housekeeping.ts";

const DAY = 86_400_000;
const quiet = () => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

Deno.test("keepHouse() throws away old audit entries and bans that are over", () =>
  withStore((store) => {
    for (const days of [1, 29, 31, 400]) {
      store.audit.add({
        at: NOON - days * DAY,
        actor: "cli",
        actorUid: null,
        address: null,
        action: `${days}`,
        target: "",
        before: null,
        after: null,
      });
    }
    const ban = { kind: "address", reason: "", by: "cli", at: NOON } as const;
    store.bans.add({ ...ban, target: "192.0.2.1", until: NOON - 1 });
    store.bans.add({ ...ban, target: "192.0.2.2", until: NOON + 1 });
    store.bans.add({ ...ban, target: "192.0.2.3", until: null });
    const config = defaultConfig({ "store.audit_days": 30 });
    keepHouse({ store, log, clock: () => NOON, config: () => config })();
    assert.deepEqual(
      store.audit.list().map(({ action }) => action),
      ["1", "29"],
    );
    assert.deepEqual(
      store.bans.list(NOON - DAY).map(({ target }) => target).sort(),
      ["192.0.2.2", "192.0.2.3"],
    );
  }));

Deno.test("keepHouse() removes complaints that were closed long ago", () =>
  withStore((store) => {
    const made = {
      at: 0,
      reporter: null,
      reporterName: "cli",
      about: null,
      aboutName: "",
      gid: null,
      room: "",
      lines: [],
    };
    for (const [text, days] of [["old", 8], ["new", 6], ["open", 0]] as const) {
      const { id } = store.complaints.add({ ...made, text });
      if (days === 0) continue;
      const handledAt = NOON - days * DAY;
      store.complaints.update(id, { state: "closed", handledAt });
    }
    const config = defaultConfig({ "store.complaint_days": 7 });
    keepHouse({ store, log, clock: () => NOON, config: () => config })();
    assert.deepEqual(
      store.complaints.list().map(({ text }) => text),
      ["open", "new"],
    );
  }));
