import assert from "node:assert/strict";
import { defaultConfig } from "../config/config.ts";
import type { Value } from "../config/setting.ts";
import { HashNotWanted } from "../ops/password_hash.ts";
import { type Attempt, SignOnGuard } from "./sign_on_guard.ts";

const SETTINGS = {
  "limits.signon_attempts_per_address": 5,
  "limits.signon_attempts_per_account": 3,
};

function guardWith(changes: Readonly<Record<string, Value>> = {}) {
  const guard = new SignOnGuard(defaultConfig({ ...SETTINGS, ...changes }));
  const attempt = (more: Partial<Attempt>): Attempt => ({
    address: "203.0.113.9",
    account: "1000002",
    isKnownPlace: () => false,
    isWaiting: () => true,
    steady: () => performance.now(),
    ...more,
  });
  const is = (right: boolean) => () => Promise.resolve(right);
  return {
    guard,
    wrong: (more: Partial<Attempt> = {}) =>
      guard.attempt(attempt(more), is(false)),
    right: (more: Partial<Attempt> = {}) =>
      guard.attempt(attempt(more), is(true)),
  };
}

async function tookMs(work: Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work;
  return performance.now() - began;
}

Deno.test("SignOnGuard lets the right password in after a wait, never refuses it", async () => {
  const { guard, wrong, right } = guardWith();
  for (let n = 0; n < 4; n++) assert.equal(await wrong(), "wrong");
  const ms = await tookMs(
    right().then((verdict) => {
      assert.equal(verdict, "right");
    }),
  );
  assert.ok(ms > 500 && ms < 5000, `${ms} ms`);
  guard.close();
});

Deno.test("SignOnGuard does not make a known place wait for others' guesses", async () => {
  const { guard, wrong, right } = guardWith();
  for (let n = 0; n < 5; n++) await wrong({ address: `198.51.100.${n}` });
  const known = { address: "192.0.2.1", isKnownPlace: () => true };
  assert.ok(await tookMs(right(known)) < 300);
  // Guesses from a known place count for that place.
  for (let n = 0; n < 3; n++) await wrong(known);
  await wrong(known);
  assert.ok(await tookMs(right(known)) > 500);
  guard.close();
});

Deno.test("SignOnGuard: guesses at many names slow only accounts unknown from there", async () => {
  const { guard, wrong, right } = guardWith();
  for (let n = 0; n < 6; n++) await wrong({ account: `name ${n}` });
  const known = { account: "1000003", isKnownPlace: () => true };
  assert.ok(await tookMs(right(known)) < 300);
  await right({ account: "1000004" });
  const ms = await tookMs(right({ account: "1000005" }));
  assert.ok(ms > 500, `${ms} ms`);
  guard.close();
});

Deno.test("SignOnGuard does not count failures against a proxy's address", async () => {
  const { guard, wrong, right } = guardWith({
    "access.uncounted": ["203.0.113.9"],
  });
  for (let n = 0; n < 30; n++) await wrong({ account: `name ${n}` });
  assert.ok(await tookMs(right({ account: "1000004" })) < 300);
  guard.close();
});

Deno.test("SignOnGuard puts off a host that fills its own lane, and no other", async () => {
  const { wrong, right } = guardWith();
  for (let n = 0; n < 4; n++) await wrong();
  const flood = Array.from({ length: 50 }, () => wrong());
  const other = right({ address: "192.0.2.1" });
  const verdicts = await Promise.all([...flood, other]);
  assert.equal(verdicts.at(-1), "right");
  assert.ok(verdicts.filter((one) => one === "later").length >= 44);
});

Deno.test("SignOnGuard checks parallel guesses again when their turn comes", async () => {
  const { guard } = guardWith();
  let checks = 0;
  const queue: (() => void)[] = [];
  let running = false;
  // Checks one password at a time, as the hasher's queue does.
  const verify = ({ wanted }: { wanted?: () => boolean }) =>
    new Promise<boolean>((resolve, reject) => {
      queue.push(() => {
        if (wanted?.() === false) return reject(new HashNotWanted());
        checks++;
        resolve(false);
      });
      if (running) return;
      running = true;
      setTimeout(async function next() {
        queue.shift()?.();
        await new Promise((go) => setTimeout(go, 1));
        if (queue.length > 0) next();
        else running = false;
      });
    });
  const all = Array.from({ length: 40 }, (_, n) =>
    guard.attempt({
      address: `198.51.100.${n}`,
      account: "1000002",
      isKnownPlace: () => false,
      isWaiting: () => true,
      steady: () => performance.now(),
    }, verify));
  await new Promise((go) => setTimeout(go, 300));
  assert.ok(checks <= 5, `${checks} checks`);
  guard.close();
  await Promise.all(all);
});

Deno.test("SignOnGuard.refresh() applies a changed limit of registrations", () => {
  const { guard } = guardWith({ "limits.registrations_per_address": 20 });
  for (let n = 0; n < 2; n++) guard.registered("203.0.113.9", 0);
  assert.equal(guard.registrationWait("203.0.113.9", 1), 0);
  guard.refresh(defaultConfig({ "limits.registrations_per_address": 2 }));
  assert.ok(guard.registrationWait("203.0.113.9", 1) > 0);
  guard.close();
});
