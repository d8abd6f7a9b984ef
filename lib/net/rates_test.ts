import { equal } from "node:assert/strict";
import { burstOf, TokenBucket } from "./rates.ts";

Deno.test("burstOf() goes with the rate unless somebody says otherwise", () => {
  equal(burstOf(30, 0), 60);
  equal(burstOf(1000, 0), 2000);
  equal(burstOf(5, 0), 10);
  equal(burstOf(1, 0), 10);
  equal(burstOf(30, 45), 45);
  equal(burstOf(100, 45), 100);
});

Deno.test("TokenBucket cuts a burst where a low rate was set alone", () => {
  const bucket = new TokenBucket(5, burstOf(5, 0), 0);
  const passed = Array.from({ length: 60 }, () => bucket.take(0));
  equal(passed.filter(Boolean).length, 10);
});
