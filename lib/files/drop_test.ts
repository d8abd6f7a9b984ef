import assert from "node:assert/strict";
import { join } from "node:path";
import { loadConfig } from "../config/load.ts";
import type { Arrived } from "../chat/context.ts";
import { concat } from "../protocol/bytes.ts";
import { encodeFileHead } from "../protocol/file_stream.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { logger } from "../ops/log.ts";
import { FileDrops } from "./drop.ts";

const [ANN, BOB, CAT] = [1000002, 1000003, 1000004];
const HOUR = 3_600_000;

class Place implements AsyncDisposable {
  now = Date.UTC(2002, 6, 31);
  drops: FileDrops;

  private constructor(
    readonly folder: string,
    readonly settings: Readonly<Record<string, string>>,
  ) {
    this.drops = this.#open();
  }

  static async open(
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Place> {
    return new Place(await Deno.makeTempDir(), settings);
  }

  /** Stops the server and starts another one. */
  async restart(): Promise<void> {
    await this.drops[Symbol.asyncDispose]();
    this.drops = this.#open();
  }

  #open(): FileDrops {
    const { config } = loadConfig({
      flags: {
        "files.drop": "true",
        "server.bind": "127.0.0.1",
        ...this.settings,
      },
    });
    const log = logger("files");
    return new FileDrops(() => config, log, this.folder, () => this.now);
  }

  /** Names of the files in the folder. */
  get names(): string[] {
    return [...Deno.readDirSync(this.folder)].map(({ name }) => name).sort();
  }

  /** Sends a file as a client does. Returns the result. */
  async send(
    from: number,
    announced: number,
    data = new Uint8Array(announced),
    address = "127.0.0.1",
  ): Promise<Arrived | string> {
    const { promise, resolve } = Promise.withResolvers<Arrived | string>();
    const answer = this.drops.open({
      from,
      sender: "Ann",
      address,
      to: BOB,
      arrived: resolve,
    });
    if (answer === "running" || "fault" in answer) {
      return answer === "running" ? answer : answer.fault;
    }
    const { port } = answer;
    const head = encodeFileHead(encodeText("..\\..\\a?.txt"), announced);
    const all = concat([head, data]);
    try {
      using conn = await Deno.connect({ hostname: "127.0.0.1", port });
      for (let at = 0; at < all.length;) {
        at += await conn.write(all.subarray(at));
      }
      await conn.closeWrite();
    } catch {
      // Closed by the server.
    }
    return await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drops[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

function kept(result: Arrived | string): Arrived {
  assert.ok(typeof result !== "string", String(result));
  return result;
}

Deno.test("FileDrops removes a file when its time is over, also after a restart", async () => {
  await using place = await Place.open({ "files.drop_hours": "2" });
  const { id, name, expiresAt } = kept(await place.send(ANN, 10));
  assert.equal(name, "a_.txt", "no folders, nothing that a system refuses");
  assert.equal(expiresAt, place.now + 2 * HOUR);
  assert.match(id, /^[0-9a-f]{40}$/);
  assert.deepEqual(place.names, [id, `${id}.json`]);
  place.now += 2 * HOUR - 1;
  await place.restart();
  assert.equal(place.drops.find(id)?.sender, "Ann");
  place.now += 1;
  assert.equal(place.drops.find(id), undefined);
  assert.deepEqual(place.names, []);
});

Deno.test("FileDrops respects both quotas, also after a restart", async () => {
  await using place = await Place.open({
    "files.drop_user_bytes": "100",
    "files.drop_total_bytes": "150",
  });
  kept(await place.send(ANN, 60));
  assert.match(String(await place.send(ANN, 41)), /quota/);
  const { id } = kept(await place.send(ANN, 40));
  await place.restart();
  assert.match(String(await place.send(ANN, 1)), /quota/);
  assert.match(String(await place.send(CAT, 51)), /quota/);
  kept(await place.send(CAT, 50));
  place.drops.remove(place.drops.find(id)!);
  kept(await place.send(ANN, 40));
  assert.equal(place.names.length, 6);
});

Deno.test("FileDrops keeps no file that is not whole, and none of another", async () => {
  await using place = await Place.open({ "files.relay_seconds": "10" });
  const short = await place.send(ANN, 100, new Uint8Array(99));
  assert.match(String(short), /the sender stopped/);
  assert.deepEqual(place.names, []);
  // Bytes beyond the announced size are not stored.
  const { id, size } = kept(await place.send(ANN, 10, new Uint8Array(5000)));
  assert.equal(size, 10);
  assert.equal(Deno.statSync(join(place.folder, id)).size, 10);
  const empty = kept(await place.send(ANN, 0));
  assert.equal(empty.size, 0);
  // The port accepts only the sender's address.
  const waiting = place.send(ANN, 5, new Uint8Array(5), "192.0.2.1");
  const both = await place.send(ANN, 5);
  assert.equal(both, "another file is on its way");
  await place.restart();
  assert.match(String(await waiting), /server closed/);
});

Deno.test("FileDrops only loads complete files that it has stored", async () => {
  await using place = await Place.open();
  const { id } = kept(await place.send(ANN, 10));
  const other = "ab".repeat(20);
  const about = await Deno.readTextFile(join(place.folder, `${id}.json`));
  for (
    const [name, text] of [
      ["stray", "x"],
      ["1".repeat(40), "no description"],
      [other, "0123456789"],
      // The description of another file, and a damaged one.
      [`${other}.json`, about],
      ["2".repeat(40), "0123456789"],
      [`${"2".repeat(40)}.json`, about.slice(0, 20)],
    ] as const
  ) await Deno.writeTextFile(join(place.folder, name), text);
  await place.restart();
  assert.deepEqual(place.names, [id, `${id}.json`]);
  await Deno.truncate(join(place.folder, id), 5);
  await place.restart();
  assert.deepEqual(place.names, []);
});

Deno.test("FileDrops lends a file to one reader at a time", async () => {
  await using place = await Place.open({ "files.drop_user_bytes": "10" });
  const { id } = kept(await place.send(ANN, 10));
  const first = place.drops.lend(place.drops.find(id)!);
  assert.equal(place.drops.find(id), undefined);
  assert.match(String(await place.send(ANN, 1)), /quota/);
  first(false);
  const second = place.drops.lend(place.drops.find(id)!);
  second(true);
  assert.equal(place.drops.find(id), undefined);
  assert.deepEqual(place.names, []);
  kept(await place.send(ANN, 10));
});
