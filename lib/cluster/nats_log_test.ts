import assert from "node:assert/strict";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { NatsServers } from "../../tests/support/cluster/nats_servers.ts";
import type { Logged } from "./broker.ts";
import { pause } from "./pause.ts";
import { StreamLog } from "./nats_log.ts";
import { type StreamLogOptions, versionFault } from "./nats_stream.ts";

const options: StreamLogOptions = {
  stream: "RP_test_store",
  subject: "rp.test.store",
  replicas: 1,
};
const text = (word: string) => new TextEncoder().encode(word);
const words = (entries: readonly Logged[]) =>
  entries.map(({ bytes }) => new TextDecoder().decode(bytes).slice(0, 40));

async function withServer(
  work: (connection: NatsConnection, servers: NatsServers) => Promise<void>,
): Promise<void> {
  await using servers = await NatsServers.start(1);
  if (servers === undefined) return;
  const connection = await connect({
    servers: [...servers.urls],
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
  });
  try {
    await work(connection, servers);
  } finally {
    await connection.close();
  }
}

const append = (log: StreamLog, after: number, id: string, word: string) =>
  new Promise<number | null>((resolve) =>
    log.append(after, id, text(word), resolve)
  );
const read = (log: StreamLog, after: number) =>
  new Promise<readonly Logged[]>((resolve) => log.read(after, resolve));

Deno.test("StreamLog takes entries in order, and once", () =>
  withServer(async (connection) => {
    const log = await StreamLog.open(connection, options);
    assert.deepEqual(await read(log, 0), []);
    assert.equal(await append(log, 0, "1.0", "a"), 1);
    assert.equal(await append(log, 1, "1.1", "b"), 2);
    const other = await StreamLog.open(connection, options);
    assert.deepEqual(words(await read(other, 0)), ["a", "b"]);
    assert.deepEqual(words(await read(other, 1)), ["b"]);
    log.close();
    other.close();
  }));

Deno.test("StreamLog refuses a writer that has been replaced", () =>
  withServer(async (connection) => {
    const old = await StreamLog.open(connection, options);
    assert.equal(await append(old, 0, "1.0", "a"), 1);
    const next = await StreamLog.open(connection, options);
    await read(next, 0);
    assert.equal(await append(next, 1, "2.0", "b"), 2);
    assert.equal(await append(old, 1, "1.1", "stale"), null);
    // Nor after it has seen the newer entries.
    await read(old, 1);
    assert.equal(await append(old, 1, "1.2", "stale"), null);
    assert.deepEqual(words(await read(next, 0)), ["a", "b"]);
    old.close();
    next.close();
  }));

Deno.test("StreamLog takes an entry again whose answer was lost", () =>
  withServer(async (connection) => {
    const log = await StreamLog.open(connection, options);
    const again = await StreamLog.open(connection, options);
    assert.deepEqual(await read(again, 0), []);
    assert.equal(await append(log, 0, "1.0", "a"), 1);
    assert.equal(await append(again, 0, "1.0", "a"), 1);
    assert.deepEqual(words(await read(log, 0)), ["a"]);
    log.close();
    again.close();
  }));

Deno.test("an announced entry is published when it is stored, and only then", () =>
  withServer(async (connection) => {
    const heard: string[] = [];
    const announcedAs = "rp.test.stored";
    connection.subscribe(announcedAs, {
      callback: (_, message) => void heard.push(message.string()),
    });
    // Created by a version without announcements.
    const before = await StreamLog.open(connection, options);
    assert.equal(before.mostAnnounced, 0);
    assert.equal(await append(before, 0, "1.0", "a"), 1);
    before.close();
    const announcing = { ...options, announcedAs };
    const old = await StreamLog.open(connection, announcing);
    const log = await StreamLog.open(connection, announcing);
    assert.ok(log.mostAnnounced > 500_000);
    for (const one of [old, log]) await read(one, 0);
    const announce = (
      log: StreamLog,
      after: number,
      id: string,
      word: string,
    ) =>
      new Promise((resolve) =>
        log.append(after, id, text(word), resolve, true)
      );
    assert.equal(await announce(log, 1, "2.0", "b"), 2);
    assert.equal(await announce(old, 1, "1.1", "stale"), null);
    assert.equal(await append(log, 2, "2.1", "not announced"), 3);
    assert.equal(await announce(log, 3, "2.2", "c"), 4);
    const ends = performance.now() + 5000;
    while (!heard.includes("c") && performance.now() < ends) await pause(10);
    assert.deepEqual(heard, ["b", "c"]);
    const all = words(await read(log, 0));
    assert.deepEqual(all, ["a", "b", "not announced", "c"]);
    old.close();
    log.close();
  }));

Deno.test("StreamLog cuts entries that no message holds", () =>
  withServer(async (connection) => {
    const log = await StreamLog.open(connection, options);
    const long = "long".repeat(600_000);
    const index = await append(log, 0, "1.0", long);
    assert.equal(index, 3);
    assert.equal(await append(log, 3, "1.1", "b"), 4);
    const other = await StreamLog.open(connection, options);
    const followed: Logged[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = other.follow(0, (entries) => {
      followed.push(...entries);
      if (followed.length === 2) resolve();
    });
    await promise;
    end();
    for (const entries of [followed, await read(log, 0)]) {
      assert.deepEqual(entries.map(({ index }) => index), [3, 4]);
      assert.equal(new TextDecoder().decode(entries[0]!.bytes), long);
    }
    log.close();
    other.close();
  }));

Deno.test("StreamLog forgets what it is told to, but for the last entry", () =>
  withServer(async (connection) => {
    const log = await StreamLog.open(connection, options);
    await read(log, 0);
    for (let n = 1; n <= 5; n++) await append(log, n - 1, `1.${n}`, `${n}`);
    await log.trim(4);
    assert.deepEqual(words(await read(log, 0)), ["4", "5"]);
    await log.trim(99);
    assert.deepEqual(words(await read(log, 0)), ["5"]);
    assert.equal(await append(log, 5, "1.6", "6"), 6);
    log.close();
  }));

Deno.test("StreamLog goes on after its server has forgotten all ids", () =>
  withServer(async (connection, servers) => {
    const short = { ...options, duplicateWindowMs: 200 };
    const log = await StreamLog.open(connection, short);
    await read(log, 0);
    assert.equal(await append(log, 0, "1.0", "a"), 1);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await servers.kill(0);
    servers.start(0);
    assert.equal(await append(log, 1, "1.1", "b"), 2);
    assert.deepEqual(words(await read(log, 0)), ["a", "b"]);
    log.close();
  }));

Deno.test("StreamLog leaves nothing with the client while its server is away", () =>
  withServer(async (connection, servers) => {
    const log = await StreamLog.open(connection, options);
    await read(log, 0);
    assert.equal(await append(log, 0, "1.0", "a"), 1);
    await servers.kill(0);
    await pause(300);
    const before = connection.stats().outMsgs;
    const appended = append(log, 1, "1.1", "b");
    await pause(2500);
    assert.equal(connection.stats().outMsgs, before);
    servers.start(0);
    assert.equal(await appended, 2);
    assert.deepEqual(words(await read(log, 0)), ["a", "b"]);
    log.close();
  }));

Deno.test("an old nats-server is refused", () => {
  for (const version of ["2.9.20", "2.10.29", "1.4.1", ""]) {
    assert.match(versionFault(version) ?? "", /too old/);
  }
  for (const version of ["2.11.0", "2.15.1", "3.0.0", "2.12.0-RC.1"]) {
    assert.equal(versionFault(version), undefined);
  }
});
