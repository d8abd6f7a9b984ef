import assert from "node:assert/strict";
import { hostKey, isSameHost, networkKey, plainAddress } from "./addresses.ts";

Deno.test("hostKey() returns one key for all spellings of a host", () => {
  for (
    const same of [
      ["10.0.0.1", "::ffff:10.0.0.1", "::FFFF:10.0.0.1", "::ffff:a00:1"],
      ["2001:db8::1", "2001:DB8::2", "2001:0db8:0:0:ffff::9", "2001:db8::%7"],
      ["fe80::1%eth0", "fe80::2"],
      ["unknown"],
    ]
  ) assert.equal(new Set(same.map(hostKey)).size, 1, same.join(" "));
  assert.notEqual(hostKey("10.0.0.1"), hostKey("10.0.0.2"));
  assert.notEqual(hostKey("2001:db8::1"), hostKey("2001:db8:0:1::1"));
  assert.notEqual(hostKey("2001:db8::1"), hostKey("2001:db8:1::1"));
});

Deno.test("networkKey() is a /24 of IPv4 and a /64 of IPv6", () => {
  assert.equal(networkKey("192.0.2.1"), networkKey("::ffff:192.0.2.200"));
  assert.notEqual(networkKey("192.0.2.1"), networkKey("192.0.3.1"));
  assert.equal(networkKey("2001:db8::1"), hostKey("2001:db8::2"));
});

Deno.test("plainAddress() removes the IPv6 mapping and the zone", () => {
  assert.equal(plainAddress("::ffff:10.0.0.1"), "10.0.0.1");
  assert.equal(plainAddress("fe80::1%3"), "fe80::1");
  assert.equal(plainAddress("::1"), "::1");
});

Deno.test("isSameHost() is true for this machine's two loopbacks and within a /64", () => {
  assert.ok(isSameHost("::1", "127.0.0.1"));
  assert.ok(isSameHost("2001:db8::1", "2001:db8::2"));
  assert.ok(!isSameHost("2001:db8::1", "2001:db8:0:1::1"));
  assert.ok(!isSameHost("10.0.0.1", "10.0.0.2"));
  assert.ok(!isSameHost(undefined, "10.0.0.1"));
});
