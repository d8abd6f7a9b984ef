import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { connect } from "@nats-io/transport-node";
import { NatsServers } from "../../tests/support/cluster/nats_servers.ts";
import { decodeEntry } from "./entry.ts";
import type { Logged } from "./broker.ts";
import { StreamLog } from "./nats_log.ts";

/** Slow with three servers, so only .ci/long.sh runs it. */
const ignore = Deno.env.get("RETROPAL_LONG") === undefined;
const SCRIPT = fileURLToPath(
  new URL("../../tests/support/cluster/writer.ts", import.meta.url),
);

/** A core that only writes to the log, in a separate process. */
class Writer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly lines: string[] = [];
  stored = 0;
  readonly #done: Promise<void>;

  constructor(readonly name: string, servers: NatsServers) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        SCRIPT,
        name,
        String(servers.urls.length),
        ...servers.urls,
      ],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#done = this.#read();
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (
      const text of this.#child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      this.lines.push(...lines);
      for (const line of lines) if (line.startsWith("stored")) this.stored++;
    }
  }

  async says(what: string): Promise<void> {
    await this.until(() => this.lines.some((line) => line.startsWith(what)));
  }

  async until(what: () => boolean, ms = 20_000): Promise<void> {
    const ends = performance.now() + ms;
    while (!what()) {
      if (performance.now() > ends) {
        throw new Error(`${this.name}: ${this.lines.slice(-3).join(" | ")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has already ended.
    }
    await this.#child.status;
    await this.#done;
  }
}

async function logOf(servers: NatsServers): Promise<readonly Logged[]> {
  const connection = await connect({ servers: [...servers.urls] });
  const log = await StreamLog.open(connection, {
    stream: "RP_test_store",
    subject: "rp.test.store",
    replicas: servers.urls.length,
  });
  const entries = await new Promise<readonly Logged[]>((resolve) =>
    log.read(0, resolve)
  );
  log.close();
  await connection.close();
  return entries;
}

/**
 * Asserts that every acknowledged entry is there exactly once, and that terms
 * do not overlap.
 */
function judge(entries: readonly Logged[], writers: readonly Writer[]): void {
  const read = entries.map(({ index, bytes }) => {
    const { epoch, changes } = decodeEntry(bytes);
    return { index, epoch, word: new TextDecoder().decode(changes) };
  });
  for (let n = 1; n < read.length; n++) {
    assert.ok(read[n]!.epoch >= read[n - 1]!.epoch, "an old term wrote again");
  }
  const there = new Map(read.map(({ index, word }) => [index, word]));
  for (const { name, lines } of writers) {
    for (const line of lines) {
      const [what, , n, index] = line.split(" ");
      if (what === "stored") {
        assert.equal(there.get(Number(index)), `${name} ${n}`);
      }
    }
  }
  const said = read.map(({ word }) => word).filter((word) => word !== "");
  assert.equal(new Set(said).size, said.length, "an entry stands there twice");
}

for (const count of [1, 3]) {
  Deno.test(
    `a leader that stood still for 6 s cannot write (${count} nats-server)`,
    {
      ignore: count > 1 && ignore,
    },
    async () => {
      await using servers = await NatsServers.start(count);
      if (servers === undefined) return;
      await using one = new Writer("one", servers);
      await one.says("leads");
      await using two = new Writer("two", servers);
      await two.says("waits");
      await one.until(() => one.stored > 200);
      one.signal("SIGSTOP");
      const stoppedAt = performance.now();
      await two.until(() => two.stored > 100);
      const silence = performance.now() - stoppedAt;
      assert.ok(silence < 3500, `${silence} ms until the other one wrote`);
      const left = 6000 - (performance.now() - stoppedAt);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, left)));
      const before = one.stored;
      one.signal("SIGCONT");
      await one.says("replaced");
      // One entry written before the process was stopped may be acknowledged
      // late.
      assert.ok(one.stored - before <= 1);
      const then = two.stored;
      await two.until(() => two.stored > then + 100);
      await using _two = two;
      two.signal("SIGKILL");
      judge(await logOf(servers), [one, two]);
    },
  );
}

Deno.test("one of three nats-servers killed: nothing acknowledged is lost", {
  ignore,
}, async () => {
  await using servers = await NatsServers.start(3);
  if (servers === undefined) return;
  await using one = new Writer("one", servers);
  await one.until(() => one.stored > 200);
  for (let n = 0; n < 3; n++) {
    await servers.kill(n);
    const then = one.stored;
    await one.until(() => one.stored > then + 200);
    servers.start(n);
    await servers.ready();
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
  assert.ok(!one.lines.includes("replaced"));
  one.signal("SIGKILL");
  judge(await logOf(servers), [one]);
});
