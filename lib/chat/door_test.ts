import assert from "node:assert/strict";
import { NOON, withStore } from "../../db/testing/temp.ts";
import { defaultConfig } from "../config/config.ts";
import { Door } from "./door.ts";

Deno.test("Door counts connections by address, by network and in all", () =>
  withStore((store) => {
    const config = defaultConfig({
      "limits.connections_per_address": 2,
      "limits.connections_per_network": 3,
      "limits.connections_total": 5,
    });
    const door = new Door(store.bans, config);
    const enter = (address: string) =>
      door.enter(address, config.limits, NOON)?.reason;
    assert.equal(enter("192.0.2.1"), undefined);
    assert.equal(enter("192.0.2.1"), undefined);
    assert.match(enter("192.0.2.1") ?? "", /from this address/);
    assert.equal(enter("192.0.2.2"), undefined);
    assert.match(enter("192.0.2.3") ?? "", /from this network/);
    door.leave("192.0.2.1");
    assert.equal(enter("192.0.2.3"), undefined);
    // This machine, or a proxy on it, is not counted by itself.
    for (let n = 0; n < 2; n++) assert.equal(enter("127.0.0.1"), undefined);
    assert.match(enter("127.0.0.1") ?? "", /in all/);
    assert.match(enter("::1") ?? "", /in all/);
  }));

Deno.test("Door counts this machine too when it is told to", () =>
  withStore((store) => {
    const config = defaultConfig({
      "access.uncounted": [],
      "limits.connections_per_address": 1,
    });
    const door = new Door(store.bans, config);
    assert.equal(door.enter("127.0.0.1", config.limits, NOON), undefined);
    const refusal = door.enter("127.0.0.1", config.limits, NOON);
    assert.match(refusal?.reason ?? "", /from this address/);
  }));
