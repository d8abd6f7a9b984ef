import { equal, notEqual, ok } from "node:assert/strict";
import { limitKey, RequestRate } from "./request_rate.ts";

Deno.test("limitKey() tells IPv4 addresses apart on a port for both families", () => {
  equal(limitKey("10.0.0.1"), "10.0.0.1");
  equal(limitKey("::ffff:10.0.0.1"), "10.0.0.1");
  notEqual(limitKey("::ffff:10.0.0.1"), limitKey("::ffff:10.0.0.2"));
  equal(limitKey("2001:db8::1"), limitKey("2001:db8::2"));
  notEqual(limitKey("2001:db8::1"), limitKey("2001:db8:0:1::1"));
});

Deno.test("RequestRate lets one address use up its own share only", () => {
  const rate = new RequestRate();
  while (rate.take("::ffff:10.0.0.1", "GET", 0));
  ok(rate.take("::ffff:10.0.0.2", "GET", 0));
});
