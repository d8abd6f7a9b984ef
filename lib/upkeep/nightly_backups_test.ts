import assert from "node:assert/strict";
import { join } from "node:path";
import { backupAside } from "../../db/backup.ts";
import { openStore } from "../../db/open.ts";
import { restoreFrom } from "../../db/restore.ts";
import { addUser, withStore } from "../../tests/support/db/temp.ts";
import { defaultConfig } from "../config/config.ts";
import type { Value } from "../config/setting.ts";
import { lastDue, nextDue, NightlyBackups } from "./nightly_backups.ts";

const HOUR = 3_600_000;
const local = (day: number, hour: number, minute = 0) =>
  new Date(2026, 6, day, hour, minute).getTime();

interface Scene {
  readonly backups: NightlyBackups;
  readonly folder: string;
  readonly logged: string[];
  readonly files: (folder?: string) => string[];
  now: number;
  config: Record<string, Value>;
  fail: Error | null;
}

function withBackups(work: (scene: Scene) => Promise<void>): Promise<void> {
  return withStore(async (store, path) => {
    addUser(store, "Ada");
    const folder = `${path}-backups`;
    const logged: string[] = [];
    const log = (message: string, fields?: object) =>
      void logged.push(`${message} ${JSON.stringify(fields)}`);
    const scene: Scene = {
      now: local(10, 12),
      config: { "store.backup_keep": 2 },
      fail: null,
      folder,
      logged,
      files: (of = folder) =>
        [...Deno.readDirSync(of)].map((f) => f.name).sort(),
      backups: new NightlyBackups({
        folder,
        take: (file, signal) => {
          if (scene.fail) return Promise.reject(scene.fail);
          return backupAside(path, file, signal);
        },
        noted: () => {},
        makeFolder: (path) => Deno.mkdirSync(path, { recursive: true }),
        config: () => defaultConfig(scene.config),
        log: { debug: log, info: log, warn: log, error: log },
        clock: () => scene.now,
      }),
    };
    try {
      await work(scene);
    } finally {
      await scene.backups[Symbol.asyncDispose]();
    }
  });
}

Deno.test("backups are due at the hour of this machine's clock", () => {
  assert.equal(lastDue("04:15", local(10, 12)), local(10, 4, 15));
  assert.equal(lastDue("04:15", local(10, 4, 15)), local(10, 4, 15));
  assert.equal(lastDue("04:15", local(10, 4, 14)), local(9, 4, 15));
  assert.equal(nextDue("04:15", local(10, 4, 15)), local(11, 4, 15));
  assert.equal(nextDue("23:59", local(31, 12)), local(31, 23, 59));
});

Deno.test("a missed night is made up for once, and old copies are removed", () =>
  withBackups(async (scene) => {
    const { backups, files, folder } = scene;
    const look = async () => {
      backups.look();
      await backups.settled();
    };
    await look();
    assert.equal(files().length, 1);
    scene.now = local(11, 4, 14);
    await look();
    assert.equal(files().length, 1, "not due yet");
    await Deno.writeTextFile(join(folder, "retropal.db.backup-by-hand"), "");
    await Deno.writeTextFile(
      join(folder, "holiday.nightly-20200101T000000"),
      "",
    );
    await Deno.writeTextFile(
      join(folder, "retropal.db.nightly-20200101T000000.partial"),
      "of a server that was killed",
    );
    for (const day of [11, 12, 15]) {
      scene.now = local(day, 4, 16);
      await look();
      await look();
    }
    const left = files();
    assert.equal(left.filter((name) => name.includes(".db.nightly")).length, 2);
    assert.equal(left.length, 4, left.join());
    assert.deepEqual(backups.list().map(({ at }) => at), [
      local(15, 4, 16),
      local(12, 4, 16),
    ]);
    scene.config["backup.nightly"] = false;
    scene.now = local(20, 4, 16);
    await look();
    assert.equal(backups.list()[0]?.at, local(15, 4, 16));
    assert.equal(backups.state().next, null);
    scene.config = { "backup.at": "05:30" };
    scene.now = local(15, 5, 31);
    await look();
    assert.equal(backups.list()[0]?.at, scene.now);
  }));

Deno.test("a nightly backup can be restored", () =>
  withBackups(async ({ backups }) => {
    await backups.run();
    const [one] = backups.list();
    const path = backups.path(one?.name ?? "");
    assert.ok(path);
    const target = `${path}-restored`;
    assert.equal(restoreFrom(path, target, 0).accounts, 1);
    const store = await openStore(target);
    assert.ok(store.accounts.byNickname("Ada"));
    store.close();
    assert.equal(backups.path("../retropal.db"), undefined);
  }));

Deno.test("a second folder receives the copies, and its loss ends nothing", () =>
  withBackups(async (scene) => {
    const { backups, files, folder, logged } = scene;
    const second = `${folder}-second`;
    scene.config["backup.copy_to"] = second;
    await backups.run();
    await backups.settled();
    assert.equal(files().length, 1);
    assert.match(backups.state().copyFailure?.why ?? "", /No such file/);
    assert.ok(logged.some((line) => line.includes("could not be copied")));
    await Deno.mkdir(second);
    await Deno.writeTextFile(join(second, "photos.zip"), "");
    for (const day of [11, 12, 13]) {
      scene.now = local(day, 5);
      await backups.run();
      await backups.settled();
    }
    assert.equal(backups.state().copyFailure, null);
    const left = files(second);
    assert.equal(left.length, 3, left.join());
    const [newest] = backups.list();
    assert.deepEqual(
      await Deno.readFile(join(second, newest?.name ?? "")),
      await Deno.readFile(join(folder, newest?.name ?? "")),
    );
  }));

Deno.test("a failed backup is shown and tried again an hour later", () =>
  withBackups(async (scene) => {
    const { backups } = scene;
    scene.fail = new Error("No space left on device");
    backups.look();
    await backups.settled();
    assert.match(backups.state().failure?.why ?? "", /No space left/);
    scene.fail = null;
    scene.now += HOUR / 2;
    backups.look();
    await backups.settled();
    assert.equal(backups.list().length, 0);
    scene.now += HOUR / 2;
    backups.look();
    await backups.settled();
    assert.equal(backups.list().length, 1);
    assert.equal(backups.state().failure, null);
  }));
