import assert from "node:assert/strict";
import type { Session } from "../domain/session.ts";
import type { GatewayInfo } from "./control.ts";
import { Places } from "./places.ts";

const CORE_HOST = "pc";
const info = (host: string, bound: string): GatewayInfo => ({
  version: "1",
  pid: 1,
  host,
  outside: null,
  inside: null,
  address: "192.0.2.2",
  chat: `${bound}:5001`,
  voice: `${bound}:2090`,
  voicePort: 2090,
  videoPort: 2092,
});

/** Returns how a session at gateway 1, or at the core, reaches gateway 2. */
function addressOf(
  address: string,
  { host = CORE_HOST, bound = "[::]", at = 1 as number | undefined } = {},
): string | undefined {
  const places = new Places(() => at, () => 0, CORE_HOST);
  places.add(1, info(CORE_HOST, "[::]"));
  places.add(2, info(host, bound));
  const session = { id: 7, address, localAddress: "127.0.0.1" };
  return places.addressOf(2, session as Session);
}

Deno.test("a client on the machine of all gateways reaches each by the loopback address", () => {
  assert.equal(addressOf("127.0.0.1"), "127.0.0.1");
  assert.equal(addressOf("127.0.0.1", { bound: "0.0.0.0" }), "127.0.0.1");
  assert.equal(addressOf("127.0.0.1", { at: undefined }), "127.0.0.1");
});

Deno.test("a client of another machine, or of another address, reaches a gateway from outside", () => {
  assert.equal(addressOf("192.0.2.7"), "192.0.2.2");
  assert.equal(addressOf("127.0.0.1", { host: "elsewhere" }), "192.0.2.2");
  assert.equal(addressOf("127.0.0.1", { bound: "192.0.2.2" }), "192.0.2.2");
});
