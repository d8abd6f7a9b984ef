import assert from "node:assert/strict";
import { defaultConfig } from "../config/config.ts";
import { startNats } from "../../tests/support/nats.ts";
import { Nats } from "./nats.ts";
import { NatsError } from "./nats_error.ts";
import { noLog } from "./no_log.ts";

const configOf = (changes: Record<string, string | boolean | string[]>) =>
  defaultConfig({ "cluster.role": "core", ...changes });
const log = { info: () => {}, warn: () => {} };

Deno.test("without NATS the start fails with its address, not its password", async () => {
  await assert.rejects(
    Nats.connect({
      config: configOf({ "cluster.nats": ["nats://me:secret@127.0.0.1:1"] }),
      clientName: "test",
      log,
      startMs: 0,
    }),
    (error) =>
      error instanceof NatsError && /127\.0\.0\.1:1 /.test(error.message) &&
      !error.message.includes("secret"),
  );
});

Deno.test("what is published arrives in order at the other connections", async (t) => {
  const server = await startNats({ password: "pass" });
  if (server === undefined) return;
  await using _server = server;
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "retropal:pass\n");
  const options = {
    config: configOf({
      "cluster.nats": [server.url],
      "cluster.credentials": file,
    }),
    clientName: "test",
    log,
  };
  await using one = await Nats.connect(options);
  await using two = await Nats.connect(options);
  const got: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const to = two.broker(noLog());
  to.subscribe("up", (bytes) => {
    got.push(bytes[0]!);
    if (got.length === 100) resolve();
  });
  await two.connection.flush();
  await t.step("and not at other subjects", async () => {
    const from = one.broker(noLog());
    from.publish("elsewhere", new Uint8Array([255]));
    for (let i = 0; i < 100; i++) from.publish("up", new Uint8Array([i]));
    await promise;
  });
  assert.deepEqual(got, Array.from({ length: 100 }, (_, i) => i));
  await t.step("also when NATS takes nothing that long", async () => {
    const long = new Uint8Array(3_000_000).fill(7);
    const whole = Promise.withResolvers<Uint8Array>();
    to.subscribe("long", whole.resolve);
    await two.connection.flush();
    one.broker(noLog()).publish("long", long);
    assert.deepEqual(await whole.promise, long);
  });
  assert.equal(one.subject("up"), "rp.retropal.up");
  await Deno.remove(file);
});
