import assert from "node:assert/strict";
import { type Store, StoreError } from "../../lib/domain/store.ts";
import { u32 } from "./support/peer.ts";
import { Rig } from "./support/rig.ts";

const OAK = 50001;

/** A store whose writes fail while `broken` is set. */
class Faults {
  broken = false;
  /** Refused calls, as "table.method". */
  readonly refused: string[] = [];

  readonly wrap = (store: Store): Store =>
    new Proxy(store, {
      get: (target, name) => {
        const part = Reflect.get(target, name);
        if (typeof part === "function") {
          return (...args: unknown[]) => {
            this.#check(String(name));
            return Reflect.apply(part, target, args);
          };
        }
        return this.#table(String(name), part as object);
      },
    });

  #table(table: string, part: object): object {
    return new Proxy(part, {
      get: (target, name) => {
        const method = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return (...args: unknown[]) => {
          this.#check(`${table}.${String(name)}`);
          return Reflect.apply(method, target, args);
        };
      },
    });
  }

  #check(call: string): void {
    const write =
      /^flush$|^transaction$|\.(add|set|remove|update|create|redeem|clear)/;
    if (!this.broken || !write.test(call)) return;
    // Only recorded for the next flush.
    if (call === "audit.add") return;
    this.refused.push(call);
    throw new StoreError("full", "The disk is full.");
  }
}

Deno.test("with a full disk a message that cannot be stored is refused, not lost in silence", async () => {
  const faults = new Faults();
  await using rig = await Rig.start({ wrap: faults.wrap });
  const absent = rig.user("Absent");
  const ann = await rig.guest("Ann");
  faults.broken = true;
  await ann.send("IM_OUT", u32(absent.uid), "are you there?");
  assert.match(await ann.refused("IM_OUT"), /cannot store/);
  assert.equal(rig.store.messages.count(absent.uid), 0);
  faults.broken = false;
  await ann.send("IM_OUT", u32(absent.uid), "are you there?");
  await ann.settled();
  assert.equal(rig.store.messages.count(absent.uid), 1);
});

Deno.test("with a full disk people still sign on, talk, join and leave", async () => {
  const faults = new Faults();
  await using rig = await Rig.start({ wrap: faults.wrap });
  faults.broken = true;
  const [ann, bob] = [await rig.guest("Ann"), await rig.guest("Bob")];
  for (const peer of [ann, bob]) await peer.join(OAK);
  await ann.send("ROOM_MESSAGE_OUT", u32(OAK), "hello");
  await bob.expect("ROOM_MESSAGE_IN", (payload) => payload.length === 8 + 5);
  bob.close();
  await ann.expect("ROOM_USER_LEFT");
  assert.equal(rig.server.live.status().sessions, 1);
});

Deno.test("with a full disk what an admin does happens as a whole or not at all", async () => {
  const faults = new Faults();
  await using rig = await Rig.start({ wrap: faults.wrap });
  const admin = await rig.guest("Ada", "superadmin");
  const bob = await rig.guest("Bob");
  for (const peer of [admin, bob]) await peer.join(OAK);
  const room = () => {
    const found = rig.server.live.rooms().find(({ gid }) => gid === OAK)!;
    return found.members.map(({ nickname, admin }) => ({ nickname, admin }));
  };
  const before = room();
  faults.broken = true;
  for (
    const [name, ...parts] of [
      ["ROOM_BOUNCE", u32(OAK), u32(bob.uid)],
      ["BAN", u32(OAK), u32(bob.uid)],
      ["MAKE_ADMIN", u32(OAK), u32(bob.uid)],
      ["ROOM_BANNER_MESSAGE", u32(OAK), "new banner"],
      ["NEW_USERS_MIC", u32(OAK), [0, 0]],
    ] as const
  ) {
    await admin.send(name, ...parts as unknown as string[]);
    assert.match(await admin.refused(name), /cannot store/);
  }
  assert.deepEqual(room(), before);
  faults.broken = false;
  // No state is left in memory: Bob can leave and return.
  await bob.send("ROOM_LEAVE", u32(OAK));
  await bob.join(OAK);
  assert.deepEqual(room(), before);
  await admin.send("GET_ADMIN_INFO", u32(OAK));
  const info = new TextDecoder().decode(await admin.expect("ROOM_ADMIN_INFO"));
  assert.match(info, /mike=1/);
  assert.ok(!info.includes("Bob"), info);
});

Deno.test("an error in a handler ends that packet, not the session, and is logged with its packet", async () => {
  const faults = new Faults();
  await using rig = await Rig.start({ wrap: faults.wrap });
  const ann = await rig.guest("Ann");
  const bob = rig.user("Bob");
  faults.broken = true;
  await ann.send("ADD_PAL", u32(bob.uid));
  await ann.refused("ADD_PAL");
  await rig.logged("packet failed", "ADD_PAL", "Ann");
  await ann.settled();
  assert.equal(rig.server.live.isOnline(ann.uid), true);
});

Deno.test("a server whose last writes fail still ends, and its exit code says so", async () => {
  const faults = new Faults();
  const rig = await Rig.start({
    wrap: (store) => {
      const wrapped = faults.wrap(store);
      return new Proxy(wrapped, {
        get: (target, name) =>
          name === "close"
            ? () => {
              store.close();
              throw new StoreError("full", "The disk is full.");
            }
            : Reflect.get(target, name),
      });
    },
  });
  const ann = await rig.guest("Ann");
  const stopping = rig.server.stop("test");
  await ann.expect("SERVER_ERROR");
  ann.close();
  await stopping;
  assert.equal(await rig.server.stopped, 1);
  await Deno.remove(rig.folder, { recursive: true });
});
