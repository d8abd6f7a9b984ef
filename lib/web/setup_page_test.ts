import assert from "node:assert/strict";
import { join } from "node:path";
import { LiveConfig } from "../config/live_config.ts";
import { loadConfig } from "../config/load.ts";
import { SettingsKeeper } from "../config/settings_keeper.ts";
import { SetupDoor } from "./setup_door.ts";
import { type TestSite, withSite } from "../../tests/support/web/site.ts";
import type { WebOptions } from "./server.ts";

interface Scene {
  readonly site: TestSite;
  readonly door: SetupDoor;
  readonly config: LiveConfig;
}

async function withDoor(
  work: (scene: Scene) => Promise<void>,
  more: Partial<WebOptions> = {},
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "retropal-setup-" });
  const path = join(folder, "retropal.toml");
  await Deno.writeTextFile(path, "");
  const sources = () => ({ file: { path, text: Deno.readTextFileSync(path) } });
  const config = new LiveConfig(loadConfig(sources()).config);
  const settings = new SettingsKeeper({
    path,
    sources,
    reload: () => config.take(loadConfig(sources()).config),
  });
  const setupDoor = new SetupDoor();
  try {
    await withSite(
      (site) => work({ site, door: setupDoor, config }),
      {},
      { settings, setupDoor, config: () => config.current, ...more },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const FORM = {
  name: "The Royal Oak",
  inside: "127.0.0.1",
  outside: "",
  uplink: "1000",
  registration: "invite",
  owner: "Ann",
  password: "secret11",
  repeat: "secret11",
};

Deno.test("the setup page makes a server of a new folder, and closes", () =>
  withDoor(async ({ site, door, config }) => {
    const made = await site.addUser("Owner", { role: "superadmin" });
    const browser = site.browser();
    const at = `/setup?token=${door.open()}`;
    const done = await browser.submit(await browser.get(at), "/setup", FORM);
    assert.equal(done.status, 200, done.text);
    assert.match(done.text, /The Royal Oak is set up/);
    assert.match(done.text, /127\.0\.0\.1, TCP 5001 \(chat\)/);
    assert.match(done.text, /1000 kbit\/s carries one speaker to about 50/);
    const { server, auth } = config.current;
    assert.deepEqual(
      [server.name, server.uplink_kbit, auth.registration],
      ["The Royal Oak", 1000, "invite"],
    );
    const owner = site.store.accounts.byNickname("Ann");
    assert.equal(owner?.uid, made.uid, "the account of the first start");
    assert.equal(owner?.role, "superadmin");
    assert.equal((await browser.get("/desk")).status, 200);
    assert.equal((await browser.get(at)).status, 404);
    site.store.flush();
    assert.equal(site.store.audit.list({ action: "setup" }).length, 1);
    const other = site.browser();
    assert.match((await other.signIn("Ann")).text, /Your account/);
  }));

Deno.test("an error keeps the setup page open and the input", () =>
  withDoor(async ({ site, door, config }) => {
    await site.addUser("Ann");
    const browser = site.browser();
    const page = await browser.get(`/setup?token=${door.open()}`);
    for (
      const [change, expected] of [
        [{ owner: "Ann" }, /another user/],
        [{ owner: "Bob", repeat: "secret12" }, /differ/],
        [{ owner: "Bob", password: "x", repeat: "x" }, /5/],
        [{ owner: "Bob", outside: "not a host!" }, /Allowed/],
        [{ owner: "Bob", uplink: "much" }, /Allowed/],
        [{ owner: "" }, /nickname/i],
      ] as const
    ) {
      const answer = await browser.submit(page, "/setup", {
        ...FORM,
        ...change,
      });
      assert.equal(answer.status, 422, JSON.stringify(change));
      assert.match(answer.text, expected);
      assert.match(answer.text, /value="The Royal Oak"/);
    }
    assert.equal(config.current.server.name, "Retropal");
    assert.ok(door.isOpen);
  }));

Deno.test("without the right token there is no setup page", () =>
  withDoor(async ({ site, door }) => {
    const browser = site.browser();
    assert.equal((await browser.get("/setup")).status, 404);
    const first = door.open();
    const second = door.open();
    for (const token of ["", first, second.slice(1), `${second}x`]) {
      const page = await browser.get(`/setup?token=${token}`);
      assert.equal(page.status, 404, token);
    }
    assert.equal((await browser.get(`/setup?token=${second}`)).status, 200);
    let last = 0;
    for (let n = 0; n < 40; n++) {
      last = (await browser.get("/setup?token=guess")).status;
    }
    assert.equal(last, 429);
  }));

Deno.test("the setup page opens near the server only", async () => {
  const far = loadConfig({ flags: { "web.staff_networks": "192.0.2.1" } });
  await withDoor(async ({ site, door }) => {
    const page = await site.browser().get(`/setup?token=${door.open()}`);
    assert.equal(page.status, 403);
  }, { config: () => far.config });
});
