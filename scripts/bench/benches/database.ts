/**
 * Costs of the store: durable writes, reads by key, and how long each blocks
 * the event loop.
 *
 * @module
 */
import { join } from "node:path";
import { openStore } from "../../../db/open.ts";
import type { Store } from "../../../lib/domain/store.ts";
import { temporaryFolder } from "../../leftovers.ts";
import type { Bench } from "../rig/options.ts";
import { measured, type Row } from "../rig/report.ts";
import { FIRST_UID } from "../rig/servers.ts";

const ACCOUNTS = 10_000;
const BODY = new Uint8Array(200).fill(0x61);

/** One call, and the number of operations in it. */
interface Work {
  readonly name: string;
  readonly each: number;
  run(store: Store, i: number): void;
}

const uid = (i: number) => FIRST_UID + (i * 7919) % ACCOUNTS;
const message = (i: number) => ({
  to: uid(i),
  from: uid(i + 1),
  body: BODY,
  at: i,
});

const WORKS: readonly Work[] = [
  {
    name: "store a message",
    each: 1,
    run: (store, i) => void store.messages.add(message(i)),
  },
  {
    name: "store 10 in a transaction",
    each: 10,
    run: (store, i) =>
      store.transaction(() => {
        for (let n = 0; n < 10; n++) store.messages.add(message(10 * i + n));
      }),
  },
  {
    name: "account by number",
    each: 1,
    run: (store, i) => void store.accounts.get(uid(i)),
  },
  {
    name: "account by nickname",
    each: 1,
    run: (store, i) => void store.accounts.byNickname(`Bench${i % ACCOUNTS}`),
  },
  {
    name: "search by prefix, 100 hits",
    each: 1,
    run: (store, i) =>
      void store.accounts.search({
        nicknamePrefix: `bench${i % 90 + 10}`,
        limit: 100,
      }),
  },
  {
    name: "pals of somebody with 50",
    each: 1,
    run: (store) => void store.relations.pals(FIRST_UID),
  },
];

export const database: Bench = {
  name: "database",
  about: "the store alone: operations a second and how long one may take",
  async run({ rounds, ms, quick }) {
    const rows: Row[] = [];
    for (const durability of ["normal", "full"] as const) {
      const folder = await temporaryFolder("retropal-bench-");
      const store = await openStore(join(folder, "retropal.db"), {
        durability,
      });
      fill(store);
      const works = durability === "normal" ? WORKS : WORKS.slice(0, 2);
      for (const work of works) {
        const passes = Array.from(
          { length: quick ? 1 : rounds },
          () => pass(store, work, ms / rounds),
        );
        rows.push({
          variant: work.name,
          parameters: { durability },
          values: {
            "per second": measured(passes.map((one) => one.perSecond)),
            "p50 ms": measured(passes.map((one) => one.p50)),
            "p99 ms": measured(passes.map((one) => one.p99)),
            "max ms": measured(passes.map((one) => one.max)),
          },
        });
      }
      store.close();
      await Deno.remove(folder, { recursive: true });
    }
    return { rows };
  },
};

function fill(store: Store): void {
  store.transaction(() => {
    for (let i = 0; i < ACCOUNTS; i++) {
      store.accounts.create({
        nickname: `bench${i}`,
        passwordHash: "!",
        createdAt: 0,
      });
    }
    for (let i = 1; i <= 50; i++) {
      store.relations.addPal(FIRST_UID, FIRST_UID + i, 0);
    }
  });
}

let calls = 0;

function pass(store: Store, { each, run }: Work, ms: number) {
  const times: number[] = [];
  const began = performance.now();
  let now = began;
  while (now - began < ms) {
    run(store, calls++);
    const after = performance.now();
    times.push(after - now);
    now = after;
  }
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.floor(part * (times.length - 1))]!;
  return {
    perSecond: 1000 * each * times.length / (now - began),
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
  };
}
