import assert from "node:assert/strict";
import { Session } from "../domain/session.ts";
import { mediaServer } from "./media_server.ts";

const PORTS = { voice: () => 2090, video: () => null };

function from(address: string, local = "192.0.2.1"): Session {
  return new Session(1, address, local, 0);
}

Deno.test("peerAddress is the address that the server sees", () => {
  const media = mediaServer(PORTS, () => ({
    outside: undefined,
    inside: undefined,
  }));
  const seen: [subject: string, viewer: string, told: string | undefined][] = [
    ["203.0.113.5", "203.0.113.9", "203.0.113.5"],
    // Several hosts on one machine, each with its own loopback address.
    ["127.0.0.2", "127.0.0.3", "127.0.0.2"],
    ["::1", "127.0.0.3", "127.0.0.1"],
    // On the server's own machine: the address at which the viewer reached the
    // server.
    ["127.0.0.1", "203.0.113.9", "192.0.2.1"],
    ["2001:db8::5", "203.0.113.9", undefined],
  ];
  for (const [subject, viewer, told] of seen) {
    assert.equal(media.peerAddress(from(subject), from(viewer)), told);
  }
});

Deno.test("peerAddress hides the host's own network behind its router", () => {
  const media = mediaServer(PORTS, () => ({
    outside: "198.51.100.7",
    inside: "192.168.1.7",
  }));
  const home = from("192.168.1.30");
  assert.equal(media.peerAddress(home, from("203.0.113.9")), "198.51.100.7");
  assert.equal(media.peerAddress(home, from("192.168.1.31")), "192.168.1.30");
});
