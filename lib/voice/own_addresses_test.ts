import assert from "node:assert/strict";
import { OwnAddresses } from "./own_addresses.ts";

Deno.test("OwnAddresses contains only the bound address when bound to one", () => {
  const own = new OwnAddresses("127.0.0.1", () => ["10.0.0.5"]);
  assert.equal(own.has("127.0.0.1"), true);
  assert.equal(own.has("127.0.0.2"), false);
  assert.equal(own.has("10.0.0.5"), false);
});

Deno.test("OwnAddresses contains all addresses of the host when bound to any", () => {
  let addresses = ["10.0.0.5"];
  const own = new OwnAddresses("0.0.0.0", () => addresses);
  for (const address of ["127.0.0.1", "127.0.0.2", "10.0.0.5"]) {
    assert.equal(own.has(address), true);
  }
  assert.equal(own.has("10.0.0.6"), false);
  addresses = ["10.0.0.6"];
  own.refresh();
  assert.equal(own.has("10.0.0.6"), true);
  assert.equal(own.has("10.0.0.5"), false);
});
