import assert from "node:assert/strict";
import { Lease, type LeaseStore, type LeaseValue } from "./lease.ts";

const MS = 2000;

class Store implements LeaseStore {
  value: LeaseValue | undefined;
  revision = 0;
  isReachable = true;
  losesAnswers = false;

  read() {
    if (!this.isReachable) return Promise.reject(new Error("no answer"));
    const { value, revision } = this;
    return Promise.resolve(value && { value, revision });
  }

  write(value: LeaseValue, revision: number) {
    if (!this.isReachable) return Promise.reject(new Error("no answer"));
    if (revision !== this.revision) return Promise.resolve(null);
    this.value = value;
    this.revision++;
    return this.losesAnswers
      ? Promise.reject(new Error("no answer"))
      : Promise.resolve(this.revision);
  }
}

class Node {
  readonly said: string[] = [];
  readonly lease: Lease;
  readonly own: { isReachable: boolean } = { isReachable: true };
  isStopped = false;

  constructor(store: Store, holder: string, steady: () => number) {
    const reach = <T>(work: () => Promise<T>) =>
      this.own.isReachable ? work() : Promise.reject(new Error("cut off"));
    this.lease = new Lease({
      store: {
        read: () => reach(() => store.read()),
        write: (value, revision) => reach(() => store.write(value, revision)),
      },
      holder,
      ms: MS,
      steady,
      onDoubt: () => this.said.push("doubt"),
      onSure: () => this.said.push("sure"),
      onLost: () => this.said.push("lost"),
    });
  }
}

function world(...names: string[]) {
  let now = 0;
  const store = new Store();
  const nodes = names.map((name) => new Node(store, name, () => now));
  const run = async (ms: number, check = () => {}) => {
    for (const end = now + ms; now < end; now += 50) {
      for (const node of nodes) {
        if (!node.isStopped) await node.lease.tick();
      }
      check();
    }
  };
  return { store, nodes, run, now: () => now };
}

Deno.test("one core leads, and keeps the lead", async () => {
  const { nodes: [one, two], run } = world("one", "two");
  await run(20_000);
  assert.ok(one!.lease.isHeld);
  assert.ok(!two!.lease.isOurs);
  assert.deepEqual([two!.lease.holder, two!.lease.epoch], ["one", 1]);
  assert.deepEqual(one!.said, []);
});

Deno.test("another core takes over within one lease and a little", async () => {
  const { nodes: [one, two], run, now } = world("one", "two");
  await run(5000);
  one!.isStopped = true;
  const stoppedAt = now();
  while (!two!.lease.isHeld && now() < stoppedAt + 5000) await run(50);
  assert.ok(now() - stoppedAt <= MS + 900, `${now() - stoppedAt}`);
  assert.equal(two!.lease.epoch, 2);
  // It resumes, and must be in doubt before it does anything else.
  one!.isStopped = false;
  assert.ok(!one!.lease.isHeld);
  await run(1000);
  assert.deepEqual(one!.said, ["doubt", "lost"]);
  assert.ok(two!.lease.isHeld);
});

Deno.test("a core that is cut off stops before another one leads", async () => {
  const { nodes: [one, two], run } = world("one", "two");
  await run(3000);
  one!.own.isReachable = false;
  await run(
    10_000,
    () => assert.ok(!(one!.lease.isHeld && two!.lease.isHeld)),
  );
  assert.ok(two!.lease.isHeld);
  one!.own.isReachable = true;
  await run(1000);
  assert.deepEqual(one!.said, ["doubt", "lost"]);
});

Deno.test("a core goes on when the store was away and nobody else led", async () => {
  const { nodes: [one, two], store, run } = world("one", "two");
  await run(3000);
  store.isReachable = false;
  await run(10_000);
  assert.ok(!one!.lease.isHeld);
  store.isReachable = true;
  await run(1000);
  assert.ok(one!.lease.isHeld);
  assert.ok(!two!.lease.isOurs);
  assert.equal(one!.lease.epoch, 1);
  assert.deepEqual(one!.said, ["doubt", "sure"]);
});

Deno.test("a renewal whose answer was lost loses nothing", async () => {
  const { nodes: [one], store, run } = world("one");
  await run(1000);
  store.losesAnswers = true;
  await run(450);
  store.losesAnswers = false;
  await run(3000);
  assert.ok(one!.lease.isHeld);
  assert.equal(one!.lease.epoch, 1);
  assert.deepEqual(one!.said, []);
});

Deno.test("a lease that is given back goes to the one that is named", async () => {
  const { nodes: [one, two, three], run } = world("one", "two", "three");
  await run(3000);
  await one!.lease.release("three");
  await run(600);
  assert.ok(three!.lease.isHeld);
  assert.equal(three!.lease.epoch, 2);
  assert.ok(!two!.lease.isOurs);
  // The lease is released to a core that does not exist.
  await three!.lease.release("nobody");
  three!.isStopped = true;
  await run(MS + 900);
  assert.equal([one!, two!].filter(({ lease }) => lease.isHeld).length, 1);
});
