import assert from "node:assert/strict";
import { join } from "node:path";
import { defaultConfig, SETTINGS } from "../../config/config.ts";
import { LiveConfig } from "../../config/live_config.ts";
import { loadConfig } from "../../config/load.ts";
import { SettingsKeeper } from "../../config/settings_keeper.ts";
import {
  type Browser,
  PASSWORD,
  withSite,
} from "../../../tests/support/web/site.ts";

const FILE = `# My own words.
[server]
name = "Old" # the pub
`;

interface Scene {
  readonly browser: Browser;
  readonly text: () => string;
  readonly config: LiveConfig;
  readonly audit: () => string[];
  change(key: string, value: string, password?: string): ReturnType<
    Browser["post"]
  >;
}

async function withSettings(
  work: (scene: Scene) => Promise<void>,
  env: Record<string, string> = {},
  role: "superadmin" | "admin" = "superadmin",
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "retropal-config-" });
  const path = join(folder, "retropal.toml");
  await Deno.writeTextFile(path, FILE);
  const text = () => Deno.readTextFileSync(path);
  const sources = () => ({ env, file: { path, text: text() } });
  const config = new LiveConfig(loadConfig(sources()).config);
  const settings = new SettingsKeeper({
    path,
    sources,
    reload: () => config.take(loadConfig(sources()).config),
  });
  try {
    await withSite(
      async (site) => {
        await site.addUser("Root", { role });
        const browser = site.browser();
        await browser.signIn("Root");
        await work({
          browser,
          text,
          config,
          audit: () => {
            site.store.flush();
            return site.store.audit.list({ action: "config set" })
              .map(({ target, before, after }) =>
                `${target} ${before} ${after}`
              );
          },
          change: async (key, value, password = PASSWORD) => {
            const at = `/desk/config/${key}`;
            return await browser.submit(await browser.get(at), at, {
              value,
              password,
            });
          },
        });
      },
      {},
      { settings, config: () => config.current },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a setting is changed on the desk, and the file keeps its comments", () =>
  withSettings(async ({ browser, text, config, audit, change }) => {
    const answer = await change("server.name", "The Royal Oak");
    assert.equal(answer.status, 303);
    assert.equal(config.current.server.name, "The Royal Oak");
    assert.match(
      text(),
      /^# My own words\.\n\[server\]\nname = "The Royal Oak"/,
    );
    assert.deepEqual(audit(), ['server.name "Old" "The Royal Oak"']);
    const page = await browser.get("/desk/config");
    assert.match(page.text, /server\.name is now &quot;The Royal Oak&quot;\./);
    await change("auth.reserved_names", "Host\r\n\r\n Staff ");
    assert.deepEqual(config.current.auth.reserved_names, ["Host", "Staff"]);
    await change("web.show_names", "true");
    assert.equal(config.current.web.show_names, true);
    await change("voice.udp", "false");
    assert.equal(config.current.voice.udp, true);
    assert.match(
      (await browser.get("/desk/config")).text,
      /voice\.udp is now false and takes effect after a restart/,
    );
  }));

Deno.test("a wrong value or password changes nothing and loses nothing typed", () =>
  withSettings(async ({ text, config, audit, change }) => {
    for (
      const [key, value, password, expected] of [
        ["limits.packets_per_second", "many", PASSWORD, /Allowed: /],
        ["limits.packets_per_second", "-5", PASSWORD, /Allowed: /],
        ["server.name", "日本", PASSWORD, /Windows-1252/],
        ["auth.registration", "perhaps", PASSWORD, /Allowed: /],
        ["access.only_from", "198.51.100.7", PASSWORD, /keep you out/],
        ["access.only_from", "nonsense", PASSWORD, /keep you out|Allowed/],
        ["server.name", "Royal", "wrong123", /password is not right/],
      ] as const
    ) {
      const page = await change(key, value, password);
      assert.equal(page.status, 422, `${key} ${value}`);
      assert.match(page.text, expected);
      if (key === "server.name") assert.ok(page.text.includes(value));
    }
    assert.equal(text(), FILE);
    assert.deepEqual(config.current, defaultConfig({ "server.name": "Old" }));
    assert.deepEqual(audit(), []);
  }));

Deno.test("paths, proxies and staff networks cannot be changed on the desk", () =>
  withSettings(async ({ browser, text }) => {
    const closed = [...SETTINGS].filter(([, { desk }]) => !desk);
    assert.ok(closed.length > 3);
    const token = /name="form_token" value="([^"]*)"/.exec(
      (await browser.get("/desk/config/server.name")).text,
    )?.[1] ?? "";
    for (const [key] of closed) {
      const page = await browser.get(`/desk/config/${key}`);
      assert.match(page.text, /cannot be changed here/);
      const answer = await browser.post(`/desk/config/${key}`, {
        form_token: token,
        value: "",
        password: PASSWORD,
      });
      assert.equal(answer.status, 404, key);
    }
    for (
      const key of ["backup.copy_to", "web.staff_networks", "web.tls_key"]
    ) {
      assert.ok(closed.some(([one]) => one === key), key);
    }
    assert.equal(text(), FILE);
  }));

Deno.test("values from the environment are shown, and cannot be edited", () =>
  withSettings(async ({ browser }) => {
    const page = await browser.get("/desk/config/server.name");
    assert.match(page.text, /RETROPAL_SERVER_NAME/);
    assert.ok(!page.text.includes('action="/desk/config/server.name"'));
  }, { RETROPAL_SERVER_NAME: "Env" }));

Deno.test("admins see the settings and change none", () =>
  withSettings(
    async ({ browser }) => {
      const page = await browser.get("/desk/config");
      assert.equal(page.status, 200);
      assert.ok(!page.text.includes(">Change</a>"));
      assert.equal((await browser.get("/desk/config/server.name")).status, 403);
      const answer = await browser.post("/desk/config/server.name", {
        value: "x",
      });
      assert.equal(answer.status, 403);
    },
    {},
    "admin",
  ));

Deno.test("a credential is written on the desk and never shown", () =>
  withSettings(async ({ browser, text, config, audit, change }) => {
    const answer = await change("mail.password", "hunter2");
    assert.equal(answer.status, 303);
    assert.equal(config.current.mail.password, "hunter2");
    assert.match(text(), /password = "hunter2"/);
    assert.deepEqual(audit(), ['mail.password "" "(set)"']);
    for (const path of ["/desk/config", "/desk/config/mail.password"]) {
      const page = (await browser.get(path)).text;
      assert.match(page, /\(set\)/);
      assert.ok(!page.includes("hunter2"), path);
    }
    const refused = await change("mail.password", "x".repeat(300));
    assert.equal(refused.status, 422);
    assert.ok(!refused.text.includes("xxx"));
  }));
