import { deepEqual, equal, ok } from "node:assert/strict";
import { NOON, withStore } from "../../tests/support/db/temp.ts";
import { type Config, defaultConfig } from "../config/config.ts";
import { KEPT } from "../domain/retention.ts";
import type { Store } from "../domain/store.ts";
import { nextTurn } from "../net/turn.ts";
import { Housekeeper } from "./housekeeping.ts";

const DAY = 86_400_000;
const quiet = () => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** Sweeps once, at noon. */
async function sweep(store: Store, config: Config): Promise<Housekeeper> {
  using house = new Housekeeper({
    store,
    log,
    clock: () => NOON,
    config: () => config,
  });
  await house.sweep();
  return house;
}

function addAudit(store: Store, days: number): void {
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

Deno.test("Housekeeper removes old audit entries, and bans that are over", () =>
  withStore(async (store) => {
    for (const days of [1, 29, 31, 400]) addAudit(store, days);
    const ban = { kind: "address", reason: "", by: "cli", at: NOON } as const;
    store.bans.add({ ...ban, target: "192.0.2.1", until: NOON });
    store.bans.add({ ...ban, target: "192.0.2.2", until: NOON + 1 });
    store.bans.add({ ...ban, target: "192.0.2.3", until: null });
    const house = await sweep(store, defaultConfig({ "store.audit_days": 30 }));
    deepEqual(store.audit.list().map(({ action }) => action), ["1", "29"]);
    deepEqual(
      store.bans.list(NOON - DAY).map(({ target }) => target).sort(),
      ["192.0.2.2", "192.0.2.3"],
    );
    deepEqual(house.last, { at: NOON, removed: { bans: 1, audit: 2 } });
  }));

const COMPLAINT = {
  at: 0,
  reporter: null,
  reporterName: "cli",
  about: null,
  aboutName: "",
  gid: null,
  room: "",
  lines: [],
  text: "",
};

/** For each kind: adds an entry of that age, and counts those that are left. */
function entries(store: Store) {
  const make = (nickname: string) =>
    store.accounts.create({ nickname, passwordHash: "!", createdAt: 0 }).uid;
  const uid = make("Ann");
  const from = make("Bob");
  const body = new Uint8Array(3);
  let number = 0;
  return {
    audit_days: {
      add: (at: number) => addAudit(store, (NOON - at) / DAY),
      left: () => store.audit.list().length,
    },
    complaint_days: {
      add(handledAt: number) {
        const { id } = store.complaints.add(COMPLAINT);
        store.complaints.update(id, { state: "closed", handledAt });
      },
      left: () => store.complaints.list().length,
    },
    session_days: {
      add: (endedAt: number) =>
        store.pastSessions.add({ uid, beganAt: 0, endedAt, address: "::1" }),
      left: () => store.pastSessions.list(uid, 10).length,
    },
    place_days: {
      add: (at: number) =>
        store.accounts.signedOnFrom(uid, at, `192.0.${number++}.1`),
      left: () => store.accounts.places(uid).length,
    },
    message_days: {
      add(at: number) {
        store.messages.add({ to: uid, from, body, at });
        store.profileMessages.add({
          to: uid,
          toProfile: 1,
          from,
          fromProfile: 1,
          text: body,
          at,
        });
        store.emailInvites.add({ from, email: `${number++}@x.org`, at });
      },
      left: () =>
        (store.messages.count(uid) + store.profileMessages.count(uid) +
          store.emailInvites.list(from).length) / 3,
    },
    note_days: {
      add: (at: number) => store.notes.add({ uid, at, by: "cli", text: "x" }),
      left: () => store.notes.list(uid).length,
    },
    statistics_days: {
      add(at: number) {
        store.statistics.setPeople({ kind: "day", at, people: 1, fresh: 0 });
        const load = { sessions: 1, rooms: 1, talkers: 1, packets: 1 };
        store.history.add(21_600, { at, ...load, voiceFrames: 1 });
      },
      left: () =>
        (store.statistics.people("day", 0).length +
          store.history.list(21_600, 0).length) / 2,
    },
  } satisfies Record<typeof KEPT[number]["setting"], unknown>;
}

for (const { setting } of KEPT) {
  Deno.test(`Housekeeper removes rows older than store.${setting}`, () =>
    withStore(async (store) => {
      const { add, left } = entries(store)[setting];
      add(NOON - 11 * DAY);
      add(NOON - 9 * DAY);
      equal(left(), 2);
      await sweep(store, defaultConfig({ [`store.${setting}`]: 12 }));
      equal(left(), 2);
      await sweep(store, defaultConfig({ [`store.${setting}`]: 10 }));
      equal(left(), 1);
    }));
}

for (const setting of ["note_days", "message_days"] as const) {
  Deno.test(`Housekeeper removes nothing when store.${setting} is 0`, () =>
    withStore(async (store) => {
      const { add, left } = entries(store)[setting];
      add(NOON - 4000 * DAY);
      await sweep(store, defaultConfig());
      equal(left(), 1);
    }));
}

Deno.test("Housekeeper keeps open complaints, however old", () =>
  withStore(async (store) => {
    const { id } = store.complaints.add(COMPLAINT);
    await sweep(store, defaultConfig({ "store.complaint_days": 1 }));
    equal(store.complaints.get(id)?.state, "open");
  }));

Deno.test("Housekeeper yields to other work in between", () =>
  withStore(async (store) => {
    store.transaction(() => {
      for (let i = 0; i < 3000; i++) addAudit(store, 1000);
    });
    store.flush();
    const house = new Housekeeper({
      store,
      log,
      clock: () => NOON,
      config: () => defaultConfig(),
    });
    const done = house.sweep();
    let turns = 0;
    let isDone = false;
    void done.then(() => isDone = true);
    while (!isDone) {
      await nextTurn();
      turns++;
    }
    ok(turns > 10, `${turns} turns`);
    deepEqual(store.audit.list(), []);
    house[Symbol.dispose]();
  }));

Deno.test("Housekeeper ends in the middle of a sweep", () =>
  withStore(async (store) => {
    for (let i = 0; i < 3000; i++) addAudit(store, 1000);
    const house = new Housekeeper({
      store,
      log,
      clock: () => NOON,
      config: () => defaultConfig(),
    });
    house[Symbol.dispose]();
    await house.sweep();
    ok(store.audit.list({ limit: 5000 }).length > 2000);
  }));
