import { equal } from "node:assert/strict";
import {
  burstOf,
  HostRates,
  KeyedBuckets,
  liveRate,
  perMinute,
  TokenBucket,
} from "./rates.ts";

Deno.test("burstOf() follows the rate unless it is set", () => {
  equal(burstOf(30, 0), 60);
  equal(burstOf(1000, 0), 2000);
  equal(burstOf(5, 0), 10);
  equal(burstOf(1, 0), 10);
  equal(burstOf(30, 45), 45);
  equal(burstOf(100, 45), 100);
});

Deno.test("TokenBucket cuts a burst where a low rate was set alone", () => {
  const bucket = new TokenBucket({ perSecond: 5, burst: burstOf(5, 0) });
  const passed = Array.from({ length: 60 }, () => bucket.take(0));
  equal(passed.filter(Boolean).length, 10);
});

Deno.test("TokenBucket fills by time, up to the burst, and may go into debt", () => {
  const bucket = new TokenBucket({ perSecond: 1000, burst: 500 });
  equal(bucket.level(0), 500);
  equal(bucket.takeLate(0, 800), 300);
  equal(bucket.level(0), -300);
  equal(bucket.debtMs(100), 200);
  equal(bucket.level(300), 0);
  equal(bucket.debtMs(300), 0);
  equal(bucket.level(10_000), 500);
  // A clock that jumps back costs nobody anything.
  equal(bucket.level(0), 500);
});

Deno.test("TokenBucket is full at its first use, whenever that is", () => {
  for (const now of [0, 1e9]) {
    const bucket = new TokenBucket({ perSecond: 0, burst: 5 });
    equal(bucket.take(now, 5), true);
    equal(bucket.take(now + 1e6), false);
  }
});

Deno.test("TokenBucket.take() takes nothing when there are too few", () => {
  const bucket = new TokenBucket({ perSecond: 1, burst: 10 });
  equal(bucket.take(0, 11), false);
  equal(bucket.take(0, 10), true);
  equal(bucket.take(999), false);
  equal(bucket.take(1000), true);
});

Deno.test("TokenBucket.takeIfAny() lets a large piece pass, and the next one wait", () => {
  const bucket = new TokenBucket({ perSecond: 100, burst: 100 });
  equal(bucket.takeIfAny(0, 300), true);
  equal(bucket.takeIfAny(2000, 1), false);
  equal(bucket.takeIfAny(2010, 1), true);
});

Deno.test("a live rate changes buckets that exist", () => {
  let perSecond = 10;
  const bucket = new TokenBucket(liveRate(() => perSecond, 2));
  equal(bucket.level(0), 20);
  perSecond = 5;
  equal(bucket.level(0), 10);
  bucket.takeLate(0, 10);
  equal(bucket.level(1000), 5);
});

Deno.test("perMinute() lets a minute's amount pass as one burst", () => {
  const bucket = new TokenBucket(perMinute(30));
  equal(bucket.take(0, 30), true);
  equal(bucket.take(1999), false);
  equal(bucket.take(2000), true);
});

Deno.test("KeyedBuckets separates keys, forgets the oldest, and accepts a new rate", () => {
  const keyed = new KeyedBuckets<number>();
  const once = { perSecond: 0, burst: 1 };
  equal(keyed.of(1, once).take(0), true);
  equal(keyed.of(1, once).take(0), false);
  equal(keyed.of(2, once).take(0), true);
  equal(keyed.find(3), undefined);
  for (let key = 3; key <= 10_000; key++) keyed.of(key, once);
  keyed.of(1, once);
  keyed.of(10_001, once);
  equal(keyed.size, 10_000);
  equal(keyed.find(2), undefined);
  equal(keyed.find(1)?.take(0), false);
  equal(keyed.of(1, { perSecond: 1, burst: 1 }).take(1000), true);
  keyed.forget(1);
  equal(keyed.of(1, once).take(0), true);
});

Deno.test("HostRates charges a host, not an address", () => {
  const hosts = new HostRates();
  const rate = { perSecond: 0, burst: 1 };
  equal(hosts.take("2001:db8::1", rate, 0), true);
  equal(hosts.take("2001:DB8::2", rate, 0), false);
  equal(hosts.take("203.0.113.1", rate, 0), true);
  equal(hosts.take("203.0.113.2", rate, 0), true);
});
