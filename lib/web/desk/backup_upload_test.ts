import { equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { backupTo } from "../../../db/backup.ts";
import { openStore } from "../../../db/open.ts";
import { type TestSite, withSite } from "../../../tests/support/web/site.ts";
import { defaultConfig } from "../../config/config.ts";
import { NightlyBackups } from "../../upkeep/nightly_backups.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };
const PART = 60_000;

/** A site that restores, a backup of another server, and the folder. */
async function withUploads(
  work: (site: TestSite, backup: Uint8Array, folder: string) => Promise<void>,
): Promise<void> {
  const place = await Deno.makeTempDir({ prefix: "retropal-upload-" });
  const folder = join(place, "backups");
  await using backups = new NightlyBackups({
    folder,
    take: () => Promise.reject(new Error("not asked for")),
    noted: () => {},
    makeFolder: (path) => Deno.mkdirSync(path, { recursive: true }),
    config: () => defaultConfig({ "backup.nightly": false }),
    log,
    clock: Date.now,
  });
  try {
    (await openStore(join(place, "other.db"))).close();
    await backupTo(join(place, "other.db"), join(place, "copy"));
    const bytes = await Deno.readFile(join(place, "copy"));
    ok(bytes.length > 2 * PART);
    await withSite(
      (site) => work(site, bytes, folder),
      {},
      { backups, restore: () => {} },
    );
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

function filesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch {
    return [];
  }
}

async function visit(site: TestSite, nickname: string) {
  const browser = site.browser();
  await browser.signIn(nickname);
  const page = await browser.get("/desk/backup");
  const token = /name="form_token" value="([^"]+)"/
    .exec((await browser.get("/member")).text)![1]!;
  const put = async (at: number, part: Uint8Array, headers = {}) => {
    site.pass(10_000);
    const answer = await fetch(`${site.base}/desk/backup/upload?at=${at}`, {
      method: "POST",
      headers: {
        cookie: browser.cookie,
        "content-type": "application/octet-stream",
        "x-form-token": token,
        ...headers,
      },
      body: part.slice(),
    });
    await answer.text();
    return answer.status;
  };
  const done = async (bytes: number) => {
    const answer = await browser.submit(page, "/desk/backup/upload/done", {
      bytes: String(bytes),
    });
    return answer.location ?? String(answer.status);
  };
  return { browser, put, done };
}

Deno.test("a backup from elsewhere is uploaded in parts, and offered to restore", () =>
  withUploads(async (site, bytes, folder) => {
    await site.addUser("Root", { role: "superadmin" });
    const { browser, put, done } = await visit(site, "Root");
    for (let at = 0; at < bytes.length; at += PART) {
      equal(await put(at, bytes.subarray(at, at + PART)), 204);
    }
    const to = await done(bytes.length);
    match(
      to,
      /^\/desk\/backup\/restore\?name=retropal\.db\.upload-\d{8}T\d{6}$/,
    );
    match((await browser.get(to)).text, /Restore it/);
    match((await browser.get("/desk/backup")).text, />\s*uploaded\s*</);
    const [name = ""] = filesIn(folder);
    equal(filesIn(folder).length, 1);
    const kept = await Deno.readFile(join(folder, name));
    equal(kept.length, bytes.length);
    equal(Deno.statSync(join(folder, name)).mode! & 0o777, 0o600);
    site.store.flush();
    equal(site.store.audit.list({ action: "backup upload" }).length, 1);
  }));

Deno.test("what is no backup, or not whole, leaves nothing", () =>
  withUploads(async (site, bytes, folder) => {
    await site.addUser("Root", { role: "superadmin" });
    const { browser, put, done } = await visit(site, "Root");
    const fault = async () =>
      /class="notice failed"[^>]*>\s*<p>([^<]+)/
        .exec((await browser.get("/desk/backup")).text)?.[1];
    equal(await put(0, new TextEncoder().encode("not a database")), 204);
    equal(await done(14), "/desk/backup");
    match(await fault() ?? "", /no backup of this program/);
    equal(await put(0, bytes.subarray(0, PART)), 204);
    equal(await put(0 + PART + 1, bytes.subarray(0, PART)), 409);
    equal(await done(bytes.length), "/desk/backup");
    match(await fault() ?? "", /did not arrive whole/);
    // Half of a database.
    equal(await put(0, bytes.subarray(0, PART)), 204);
    equal(await done(PART), "/desk/backup");
    ok(await fault());
    equal(await put(NaN, bytes.subarray(0, 10)), 400);
    equal(await done(0), "/desk/backup");
    equal(filesIn(folder).length, 0, String(filesIn(folder)));
  }));

Deno.test("only the owner uploads backups, from a page of this site", () =>
  withUploads(async (site, bytes, folder) => {
    await site.addUser("Root", { role: "superadmin" });
    await site.addUser("Adam", { role: "admin" });
    const part = bytes.subarray(0, PART);
    const adam = await visit(site, "Adam").catch(() => undefined);
    if (adam !== undefined) equal(await adam.put(0, part), 403);
    const root = await visit(site, "Root");
    equal(await root.put(0, part, { "x-form-token": "x" }), 403);
    equal(await root.put(0, part, { "sec-fetch-site": "cross-site" }), 403);
    equal(await root.put(0, part, { "content-type": "text/plain" }), 415);
    equal(filesIn(folder).length, 0);
  }));
