import assert from "node:assert/strict";
import { join } from "node:path";
import { defaultConfig } from "../../config/config.ts";
import { NightlyBackups } from "../../upkeep/nightly_backups.ts";
import { type TestSite, withSite } from "../../../tests/support/web/site.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

async function withBackups(
  work: (site: TestSite, backups: NightlyBackups) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "retropal-backups-" });
  await using backups = new NightlyBackups({
    folder,
    take: async (file) => {
      await Deno.writeTextFile(file, "the database");
      return { schema: 1, accounts: 1, rooms: 1, bytes: 12 };
    },
    noted: () => {},
    makeFolder: () => {},
    config: () => defaultConfig({ "backup.copy_to": join(folder, "gone") }),
    log,
    clock: Date.now,
  });
  try {
    await withSite((site) => work(site, backups), {}, { backups });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the desk makes, lists and sends backups, and shows a failed copy", () =>
  withBackups(async (site, backups) => {
    await site.addUser("Root", { role: "superadmin" });
    const browser = site.browser();
    await browser.signIn("Root");
    const before = await browser.get("/desk/backup");
    assert.match(before.text, /There is none yet/);
    await browser.submit(before, "/desk/backup/now");
    await backups.settled();
    const after = await browser.get("/desk/backup");
    assert.match(after.text, /The last copy to the second folder failed/);
    assert.match(after.text, /Download retropal\.db\.nightly-\d{8}T\d{6}/);
    const file = await browser.submit(after, "/desk/backup/file");
    assert.equal(file.text, "the database");
    site.store.flush();
    const [entry] = site.store.audit.list({ limit: 1 });
    assert.match(entry?.target ?? "", /^download of retropal\.db\.nightly-/);
    for (const name of ["../retropal.db", "", "retropal.toml"]) {
      const none = await browser.submit(after, "/desk/backup/file", { name });
      assert.equal(none.status, 404);
    }
  }));

Deno.test("only the owner makes and downloads backups", () =>
  withBackups(async (site) => {
    await site.addUser("Adam", { role: "admin" });
    const browser = site.browser();
    const home = await browser.signIn("Adam");
    const token = /name="form_token" value="([^"]*)"/.exec(home.text)?.[1] ??
      "";
    for (const path of ["/desk/backup/now", "/desk/backup/file"]) {
      const answer = await browser.post(path, { form_token: token, name: "x" });
      assert.equal(answer.status, 403, path);
    }
    assert.equal((await browser.get("/desk/backup")).status, 403);
  }));
