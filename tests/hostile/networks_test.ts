/**
 * Attacks that need addresses other than loopback.
 *
 * @module
 */
import assert from "node:assert/strict";
import { FIRST_UID } from "../support/server.ts";
import { RAW_TCP_WORKS } from "../support/raw_tcp.ts";
import { ADDRESS, Networks, whyNot } from "./networks/networks.ts";

const obstacle = await whyNot();
// deno-lint-ignore no-console -- tests that are skipped say so
if (obstacle !== undefined) console.log(`skipped: ${obstacle}`);

const [ANN, BOB] = [String(FIRST_UID), String(FIRST_UID + 1)];

Deno.test({
  name: "from other networks: resets, bans, guesses and forged datagrams",
  ignore: obstacle !== undefined,
  async fn(t) {
    await using networks = await Networks.start(["Ann", "Bob"]);

    await t.step({
      name: "a storm of resets keeps no new client waiting",
      ignore: !RAW_TCP_WORKS,
      async fn() {
        const storm = networks.start("a", "resets", "6");
        await storm.says("begun");
        const before = Date.now();
        assert.equal(await networks.visit("b", "sign-on", ANN), "online");
        const ms = Date.now() - before;
        assert.ok(ms < 6000, `${ms} ms`);
        await storm.ended();
      },
    });

    await t.step(
      "guesses lock out nobody behind the same address",
      async () => {
        const guesses = networks.start("a", "guess", "60");
        await guesses.ended();
        assert.equal(await networks.visit("a", "sign-on", BOB), "online");
        assert.equal(await networks.visit("b", "sign-on", ANN), "online");
      },
    );

    await t.step(
      "forged datagrams speak for nobody and mute nobody",
      async () => {
        const listening = networks.start("b", "listen", ANN, BOB);
        await listening.says("ready");
        await networks.visit("a", "forge", ANN);
        assert.equal(await listening.ended(), "ready\nforged 0\nheard");
      },
    );

    for (const target of [ADDRESS.a, "10.213.1.0/24"]) {
      await t.step(
        `a ban of ${target} refuses that network alone`,
        async () => {
          await networks.cli("ban", "add", target, "--yes");
          assert.notEqual(await networks.visit("a", "sign-on", BOB), "online");
          assert.equal(await networks.visit("b", "sign-on", ANN), "online");
          await networks.cli("ban", "remove", target);
          assert.equal(await networks.visit("a", "sign-on", BOB), "online");
        },
      );
    }
  },
});
