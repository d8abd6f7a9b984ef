/**
 * `access.only_from` on a running server.
 */
import assert from "node:assert/strict";
import { defaultConfig } from "../../lib/config/config.ts";
import { Rig } from "../reliability/support/rig.ts";

Deno.test("access.only_from, changed while the server runs, ends the sessions of other networks", async () => {
  await using rig = await Rig.start();
  const ann = await rig.guest("Ann");
  const stranger = await rig.connect();
  const settings = {
    "server.bind": "127.0.0.1",
    "server.chat_port": 0,
    "server.voice_port": 0,
    "server.video_port": 0,
    "web.enabled": false,
    "auth.scrypt_log2n": 1,
  };
  const { config } = rig.server;
  config.take(defaultConfig({
    ...settings,
    "access.only_from": ["127.0.0.0/8", "10.0.0.0/8"],
  }));
  await ann.settled();
  assert.equal(ann.closed, false);
  config.take(defaultConfig({
    ...settings,
    "access.only_from": ["10.0.0.0/8"],
  }));
  assert.match(await ann.refused("LOGIN"), /no longer for your network/);
  await ann.ended();
  await stranger.ended();
  await (await rig.connect()).ended();
  config.take(defaultConfig(settings));
  const bob = await rig.guest("Bob");
  await bob.settled();
});
