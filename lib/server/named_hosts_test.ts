import assert from "node:assert/strict";
import { defaultConfig } from "../config/config.ts";
import { logger } from "../ops/log.ts";
import { HostResolver } from "./named_hosts.ts";

Deno.test("HostResolver returns addresses, and nothing for names that are not set", async () => {
  let config = defaultConfig({
    "server.advertise": "203.0.113.7",
    "redirect.host": "198.51.100.2:5011",
  });
  const hosts = new HostResolver(() => config, logger("test"));
  try {
    await hosts.refresh();
    assert.deepEqual(hosts.now, {
      outside: "203.0.113.7",
      inside: undefined,
      redirect: { address: "198.51.100.2", port: 5011 },
    });
    config = defaultConfig();
    await hosts.refresh();
    assert.deepEqual(hosts.now, {
      outside: undefined,
      inside: undefined,
      redirect: null,
    });
  } finally {
    hosts.stop();
  }
});

Deno.test("HostResolver keeps the last address of a name that is lost", async () => {
  let config = defaultConfig({ "server.advertise": "203.0.113.7" });
  const hosts = new HostResolver(() => config, logger("test"));
  try {
    await hosts.refresh();
    config = defaultConfig({ "server.advertise": "no-such-host.invalid" });
    await hosts.refresh();
    assert.equal(hosts.now.outside, "203.0.113.7");
  } finally {
    hosts.stop();
  }
});
