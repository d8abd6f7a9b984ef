import { deepEqual, equal, match } from "node:assert/strict";
import { Home } from "../../tests/support/cli/retropal.ts";

const secret = { stdin: "secret11" };

Deno.test("backup and restore bring back the earlier data", async () => {
  await using home = await Home.make();
  await home.run("user add Ann --password-stdin", secret);
  const file = `${home.path}/copy.db`;
  const taken = await home.run(`backup ${file}`);
  equal(taken.code, 0, taken.err);
  match(taken.out, /1 accounts, \d+ rooms/);
  equal((await home.run(`backup ${file}`)).code, 1);
  await home.run("user remove Ann");
  const restored = await home.run(`restore ${file}`);
  equal(restored.code, 0, restored.err);
  match(restored.out, /What was there before is in .*replaced-/);
  equal((await home.run("user show Ann")).code, 0);
  const audit = (await home.run("audit")).out;
  match(audit, /cli {2}backup .*copy\.db/);
  match(audit, /cli {2}restore {2}copy\.db/);
});

Deno.test("backup without a file writes to the data folder and keeps the newest", async () => {
  await using home = await Home.make();
  await home.makeDatabase();
  const folder = `${home.path}/copies`;
  await Deno.mkdir(folder);
  for (const name of ["20200101T000000", "20210101T000000"]) {
    const old = `${folder}/retropal.db.backup-${name}`;
    await Deno.writeTextFile(old, "");
    await Deno.utime(old, 1, 1);
  }
  const kept = (await home.run(`backup ${folder} --keep 2 --json`)).json();
  // Files that look like backups of this server but are not.
  deepEqual((kept as { removed: string[] }).removed, []);
  const own = await home.run("backup");
  match(own.out, /data\/backups\/retropal\.db\.backup-\d{8}T\d{6}/);
  for (const day of ["01", "02", "03"]) {
    await home.run(`backup ${folder}/home-2026-07-${day}.db --keep 2`);
  }
  const names = [...Deno.readDirSync(folder)].map((one) => one.name).sort();
  deepEqual(names.slice(0, 2), ["home-2026-07-02.db", "home-2026-07-03.db"]);
  equal(names.length, 5);
});

/** Watches a folder once the machine has a watcher left: it has 128 in all. */
async function watch(folder: string): Promise<Deno.FsWatcher> {
  for (let tries = 0;; tries++) {
    try {
      return Deno.watchFs(folder);
    } catch (error) {
      if (tries === 60) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

Deno.test("backup into a folder where others may write hands nothing over", async () => {
  await using home = await Home.make();
  await home.makeDatabase();
  const folder = `${home.path}/shared`;
  await Deno.mkdir(folder);
  await Deno.chmod(folder, 0o777);
  const seen: string[] = [];
  const watcher = await watch(folder);
  const watching = (async () => {
    for await (const { kind, paths } of watcher) {
      if (kind === "create") seen.push(...paths);
    }
  })();
  equal((await home.run(`backup ${folder}/copy.db`)).code, 0);
  for (let tries = 0; tries < 100 && seen.length === 0; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  watcher.close();
  await watching;
  deepEqual(new Set(seen), new Set([`${await Deno.realPath(folder)}/copy.db`]));
  equal(((await Deno.stat(`${folder}/copy.db`)).mode ?? 0) & 0o777, 0o600);
  const left = [...Deno.readDirSync(home.data)].map((one) => one.name);
  deepEqual(left.filter((name) => name.endsWith(".partial")), []);
});

Deno.test("restore refuses an invalid backup and changes nothing", async () => {
  await using home = await Home.make();
  await home.run("user add Ann --password-stdin", secret);
  const file = `${home.path}/no.db`;
  equal((await home.run(`restore ${file}`)).code, 3);
  await Deno.writeTextFile(file, "no database at all ".repeat(500));
  equal((await home.run(`restore ${file}`)).code, 1);
  equal((await home.run(`backup ${file} --check`)).code, 1);
  equal((await home.run("user show Ann")).code, 0);
});

Deno.test("backup without a database reports an error", async () => {
  await using home = await Home.make();
  equal((await home.run("backup x.db")).code, 3);
});
