import { equal } from "node:assert/strict";
import {
  inNetwork,
  isHost,
  isIPv4,
  isPrivateAddress,
  networkMatcher,
  normalAddress,
  normalNetwork,
} from "./networks.ts";

Deno.test("normalAddress() writes each address one way", () => {
  equal(normalAddress("::ffff:192.0.2.1"), "192.0.2.1");
  equal(normalAddress("2001:DB8:0:0::1"), "2001:db8::1");
  for (
    const none of [
      "10",
      "0x7f.1",
      "1.2.3.256",
      "1.2.3",
      "010.0.0.1",
      "10.0.0.08",
      "Ann",
      "",
      "::g",
    ]
  ) {
    equal(normalAddress(none), null, none);
  }
});

Deno.test("isHost() accepts hosts that can be announced to clients", () => {
  for (const good of ["192.0.2.1", "localhost", "chat.example.org", "a1-b.c"]) {
    equal(isHost(good), true, good);
  }
  for (
    const bad of ["::1", "2001:db8::1", "300.1.1.1", "10.0.0", "a b", "", "a_b"]
  ) {
    equal(isHost(bad), false, bad);
  }
});

Deno.test("normalNetwork() clears the bits of the host", () => {
  equal(normalNetwork("10.1.2.3/8"), "10.0.0.0/8");
  equal(normalNetwork("2001:db8::1/32"), "2001:db8::/32");
  equal(normalNetwork("::ffff:10.1.2.3/104"), "10.0.0.0/8");
  for (const none of ["10.0.0.0", "10.0.0.0/33", "10/8", "x/8", "::/129"]) {
    equal(normalNetwork(none), null, none);
  }
});

Deno.test("inNetwork() sees through IPv4 inside IPv6", () => {
  equal(inNetwork("::ffff:10.9.9.9", "10.0.0.0/8"), true);
  equal(inNetwork("10.9.9.9", "10.9.9.9"), true);
  equal(inNetwork("11.0.0.1", "10.0.0.0/8"), false);
  equal(inNetwork("::1", "10.0.0.0/8"), false);
  equal(inNetwork("nonsense", "10.0.0.0/8"), false);
});

Deno.test("networkMatcher() matches any of many", () => {
  const matches = networkMatcher(["192.0.2.7", "2001:db8::/32", "bad"]);
  equal(matches("192.0.2.7"), true);
  equal(matches("2001:db8:1::1"), true);
  equal(matches("192.0.2.8"), false);
});

Deno.test("isPrivateAddress() recognizes home networks", () => {
  equal(isPrivateAddress("192.168.1.1"), true);
  equal(isPrivateAddress("172.15.0.1"), false);
  equal(isIPv4("::1"), false);
});
