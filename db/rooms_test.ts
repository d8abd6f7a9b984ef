import { FLOOR_MODE_NAMES } from "../lib/domain/floor_modes.ts";
import assert from "node:assert/strict";
import type { NewRoom, Store } from "../lib/domain/store.ts";
import { addUser, fails, NOON, withStore } from "../tests/support/db/temp.ts";

const room = (store: Store, name: string, more: Partial<NewRoom> = {}) =>
  store.rooms.create({
    name,
    category: 30018,
    type: 3,
    createdAt: NOON,
    ...more,
  });

function clear(store: Store): void {
  for (const { gid } of store.rooms.list()) store.rooms.remove(gid);
}

Deno.test("rooms.create() fills in the rest", () =>
  withStore((store) => {
    clear(store);
    assert.deepEqual(room(store, "Café"), {
      gid: 50001,
      name: "Café",
      category: 30018,
      type: 3,
      rating: "G",
      owner: null,
      lockword: "",
      adminCode: "",
      banner: "",
      welcome: "",
      position: 0,
      newUsersMic: true,
      redDotText: false,
      redDotVideo: false,
      slowSeconds: 0,
      floorMode: "pause",
      floorPauseMs: 1000,
      video: true,
      createdAt: NOON,
    });
    assert.deepEqual(store.rooms.byName("CAFÉ"), store.rooms.get(50001));
    assert.equal(store.rooms.byName("Cafe"), undefined);
  }));

Deno.test("rooms.create() gives the lowest free number from 50001", () =>
  withStore((store) => {
    clear(store);
    room(store, "low", { gid: 7 });
    assert.equal(room(store, "a").gid, 50001);
    assert.equal(room(store, "b", { gid: 50003 }).gid, 50003);
    assert.equal(room(store, "c").gid, 50002);
    assert.equal(room(store, "d").gid, 50004);
    store.rooms.remove(50001);
    assert.equal(room(store, "e").gid, 50001);
  }));

Deno.test("rooms.create() ends with the last number the client can join", () =>
  withStore((store) => {
    clear(store);
    store.transaction(() => {
      for (let gid = 50001; gid < 65535; gid++) {
        room(store, `r${gid}`, { gid });
      }
    });
    assert.equal(room(store, "last").gid, 65535);
    assert.throws(() => room(store, "more"), fails("room-ids-exhausted"));
    for (const gid of [0, 65536, 1.5, NaN]) {
      assert.throws(() => room(store, "x", { gid }), fails("io", /1\.\.65535/));
    }
  }));

Deno.test("rooms.create() refuses a name or number that is taken, and what does not exist", () =>
  withStore((store) => {
    room(store, "Café");
    assert.throws(() => room(store, "cAFÉ"), fails("room-name-taken"));
    assert.throws(() => room(store, "x", { gid: 50001 }), fails("in-use"));
    assert.throws(() => room(store, "x", { category: 9 }), fails("not-found"));
    assert.throws(() => room(store, "x", { owner: 9 }), fails("not-found"));
  }));

Deno.test("rooms.update() changes what is given and keeps the rest", () =>
  withStore((store) => {
    const { uid } = addUser(store, "Ada");
    const { gid } = room(store, "Café", { banner: "b", lockword: "tiger7" });
    const changed = store.rooms.update(gid, {
      name: "CAFÉ",
      owner: uid,
      newUsersMic: false,
      redDotText: true,
      floorMode: "free",
    });
    assert.equal(changed.banner, "b");
    assert.equal(changed.lockword, "tiger7");
    assert.equal(changed.newUsersMic, false);
    assert.equal(changed.floorMode, "free");
    assert.deepEqual(store.rooms.get(gid), changed);
    assert.throws(
      () => store.rooms.update(gid, { name: "help desk" }),
      fails("room-name-taken"),
    );
    assert.throws(() => store.rooms.update(9, {}), fails("not-found"));
    assert.throws(() => store.rooms.remove(9), fails("not-found"));
  }));

Deno.test("rooms.list() sorts by position, then by number", () =>
  withStore((store) => {
    clear(store);
    room(store, "b", { position: 2, gid: 3 });
    room(store, "c", { position: 2, gid: 9 });
    room(store, "a", { position: 1, gid: 8 });
    assert.deepEqual(store.rooms.list().map(({ name }) => name), [
      "a",
      "b",
      "c",
    ]);
  }));

function holders(rooms: Store["rooms"], gid: number) {
  const { admins, banned, bounced } = rooms.offices(gid);
  return { admins, banned, bounced };
}

Deno.test("rooms.offices() lists admins, bans and bounces until they are removed", () =>
  withStore((store) => {
    const { rooms } = store;
    const ada = addUser(store, "Ada").uid;
    const bob = addUser(store, "Bob").uid;
    rooms.setAdmin(50001, ada, true);
    rooms.setAdmin(50001, ada, true);
    rooms.setBan(50001, bob, true);
    rooms.setBan(50001, ada, true);
    rooms.setBounce(50001, bob, true);
    rooms.setBounce(50002, ada, true);
    assert.deepEqual(holders(rooms, 50001), {
      admins: [ada],
      banned: [ada, bob],
      bounced: [bob],
    });
    rooms.setAdmin(50001, ada, false);
    rooms.setBan(50001, ada, false);
    assert.deepEqual(holders(rooms, 50001), {
      admins: [],
      banned: [bob],
      bounced: [bob],
    });
    rooms.clearBans(50001);
    rooms.clearBounces(50001);
    assert.deepEqual(rooms.offices(50001).banned, []);
    assert.deepEqual(rooms.offices(50002).bounced, [ada]);
    assert.throws(() => rooms.setAdmin(9, ada, true), fails("not-found"));
    rooms.remove(50002);
    assert.deepEqual(rooms.offices(50002).bounced, []);
  }));

Deno.test("setBan() and setBounce() keep the highest rank, and clear*() respects it", () =>
  withStore(({ rooms, accounts }) => {
    const uids = ["Ada", "Bob"].map((nickname) =>
      accounts.create({ nickname, passwordHash: "!", createdAt: NOON }).uid
    );
    const [ada, bob] = uids as [number, number];
    rooms.setBan(50001, ada, true, 2);
    rooms.setBan(50001, ada, true);
    rooms.setBan(50001, bob, true);
    rooms.setBounce(50001, ada, true, 1);
    const { banRank, bounceRank } = rooms.offices(50001);
    assert.deepEqual([...banRank], [[ada, 2], [bob, 0]]);
    assert.deepEqual([...bounceRank], [[ada, 1]]);
    rooms.clearBans(50001, 1);
    rooms.clearBounces(50001, 1);
    assert.deepEqual(rooms.offices(50001).banned, [ada]);
    assert.deepEqual(rooms.offices(50001).bounced, []);
  }));

Deno.test("a room can be stored with every floor mode", () =>
  withStore((store) => {
    for (const floorMode of FLOOR_MODE_NAMES) {
      const { gid } = store.rooms.create({
        name: `Floor ${floorMode}`,
        category: 30001,
        type: 3,
        createdAt: NOON,
        floorMode,
      });
      assert.equal(store.rooms.get(gid)?.floorMode, floorMode);
    }
  }));
