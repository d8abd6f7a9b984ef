import assert from "node:assert/strict";
import { HashQueueFull, PasswordHasher } from "./password_hash.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const secret = new TextEncoder().encode("secret11");
const cheap = (more = {}) => new PasswordHasher({ log2n: 4, ...more });

Deno.test("PasswordHasher.hash() returns a PHC string with a new salt", async () => {
  const hasher = cheap();
  const one = await hasher.hash(secret);
  assert.match(
    one,
    /^\$scrypt\$ln=4,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
  );
  assert.notEqual(await hasher.hash(secret), one);
});

Deno.test("PasswordHasher.verify() accepts only the password, compared in all bytes", async () => {
  const hasher = cheap();
  const password = bytes(0xe9, 0x80, 0xa6, 0x00, 0xff);
  const phc = await hasher.hash(password);
  assert.equal(await hasher.verify(phc, password), true);
  assert.equal(
    await hasher.verify(phc, bytes(0xe8, 0x80, 0xa6, 0, 255)),
    false,
  );
  assert.equal(await hasher.verify(phc, bytes()), false);
});

Deno.test("PasswordHasher.verify() agrees with the vector of RFC 7914", async () => {
  // scrypt("pleaseletmein", "SodiumChloride", N=16384, r=8, p=1), first 32 bytes.
  const rfc = "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$" +
    btoa(String.fromCharCode(
      ...[
        ...[0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48],
        ...[0x46, 0x1c, 0x06, 0xcd, 0x81, 0xfd, 0x38, 0xeb],
        ...[0xfd, 0xa8, 0xfb, 0xba, 0x90, 0x4f, 0x8e, 0x3e],
        ...[0xa9, 0xb5, 0x43, 0xf6, 0x54, 0x5d, 0xa1, 0xf2],
      ],
    )).replaceAll("=", "");
  const password = new TextEncoder().encode("pleaseletmein");
  assert.equal(await cheap().verify(rfc, password), true);
});

Deno.test("PasswordHasher.verify() reads the cost back from the string", async () => {
  const old = await new PasswordHasher({ log2n: 2 }).hash(secret);
  const hasher = cheap();
  assert.equal(await hasher.verify(old, secret), true);
  assert.equal(hasher.needsRehash(old), true);
  assert.equal(hasher.needsRehash(await hasher.hash(secret)), false);
  assert.equal(hasher.needsRehash("!"), false);
});

Deno.test("PasswordHasher.verify() returns false for an invalid hash, without throwing", async () => {
  const hasher = cheap();
  const good = await hasher.hash(secret);
  const bad = [
    "!",
    "",
    "secret11",
    good.replace("ln=4", "ln=21"),
    good.replace("ln=4", "ln=0"),
    good.replace("r=8", "r=99"),
    good.replace("p=1", "p=0"),
    good.replace("scrypt", "argon2id"),
    good.slice(0, -30),
    good + "=",
  ];
  for (const phc of bad) {
    assert.equal(await hasher.verify(phc, secret), false, phc);
    assert.equal(await hasher.verify(phc, bytes(33)), false, phc);
  }
  assert.equal(await hasher.verifyAbsent(secret), false);
});

Deno.test("PasswordHasher.verifyAbsent() and a locked account spend a real hash", async () => {
  const hasher = new PasswordHasher({ log2n: 13, concurrency: 1 });
  const phc = await hasher.hash(secret);
  const works = [
    () => hasher.verify(phc, secret),
    () => hasher.verifyAbsent(secret),
    () => hasher.verify("!", secret),
  ];
  const quickest = works.map(() => Infinity);
  // By turns, so that a busy machine slows all of them, until each has had a
  // processor once.
  let [real, absent, locked] = [0, 0, 0];
  for (let round = 0; round < 30; round++) {
    for (const [n, work] of works.entries()) {
      const start = performance.now();
      await work();
      quickest[n] = Math.min(quickest[n]!, performance.now() - start);
    }
    [real = 0, absent = 0, locked = 0] = quickest;
    if (round >= 4 && Math.min(absent, locked) > real / 2) break;
  }
  assert.ok(absent > real / 2, `${absent} ms against ${real} ms`);
  assert.ok(locked > real / 2, `${locked} ms against ${real} ms`);
});

Deno.test("PasswordHasher runs two checks in parallel and refuses those beyond its queue", async () => {
  const hasher = cheap({ queueLimit: () => 3 });
  const works = [0, 1, 2, 3, 4].map(() => hasher.hash(secret));
  assert.equal(hasher.running, 2);
  assert.equal(hasher.waiting, 3);
  // All three before the first of the five can end.
  await Promise.all([
    assert.rejects(hasher.hash(secret), HashQueueFull),
    assert.rejects(hasher.verify("!", secret), HashQueueFull),
    assert.rejects(hasher.verifyAbsent(secret), { waiting: 3 }),
  ]);
  await Promise.all(works);
  assert.deepEqual([hasher.running, hasher.waiting], [0, 0]);
  assert.equal(await hasher.verify(await hasher.hash(secret), secret), true);
});

Deno.test("PasswordHasher serves requests in order of arrival", async () => {
  const hasher = cheap({ concurrency: 1 });
  const order: number[] = [];
  await Promise.all(
    [0, 1, 2, 3].map((n) =>
      hasher.verify("!", secret).then(() => order.push(n))
    ),
  );
  assert.deepEqual(order, [0, 1, 2, 3]);
});

Deno.test("PasswordHasher leaves the event loop turning", async () => {
  const hasher = new PasswordHasher({ log2n: 15 });
  let beats = 0;
  const timer = setInterval(() => beats++, 1);
  await hasher.hash(secret);
  clearInterval(timer);
  assert.ok(beats > 2, `${beats} beats`);
});

Deno.test("PasswordHasher accepts only a cost of 1 to 20", () => {
  for (const log2n of [0, 21, 1.5, NaN]) {
    assert.throws(() => new PasswordHasher({ log2n }), RangeError);
  }
});

Deno.test("PasswordHasher checks those that come later last, but never starves them", async () => {
  const hasher = new PasswordHasher({ log2n: 1, concurrency: 1 });
  const order: string[] = [];
  const check = (name: string, later: boolean) =>
    hasher.hash(new Uint8Array(1), { from: name, later: () => later }).then(
      () => {
        order.push(name);
      },
    );
  await Promise.all([
    check("now", false),
    ...["a", "b", "c"].map((name) => check(name, true)),
    ...["d", "e", "f", "g"].map((name) => check(name, false)),
  ]);
  assert.deepEqual(order, ["now", "d", "e", "f", "a", "g", "b", "c"]);
});

Deno.test("PasswordHasher serves the host first and never refuses it", async () => {
  const hasher = cheap({ concurrency: 1, queueLimit: () => 20 });
  const order: string[] = [];
  const guesses = Array.from(
    { length: 20 },
    (_, n) =>
      hasher.verify("!", secret, { from: `host ${n}` })
        .then(() => order.push("guess")),
  );
  // The queue is full now.
  await hasher.hash(secret, { first: true }).then(() => order.push("host"));
  await Promise.all(guesses);
  assert.equal(order.indexOf("host"), 1);
  assert.equal(order.length, 21);
});
