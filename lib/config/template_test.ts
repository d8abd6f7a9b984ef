import { deepEqual, equal, match, ok } from "node:assert/strict";
import { defaultConfig, SETTINGS, valueAt } from "./config.ts";
import { loadConfig } from "./load.ts";
import { configTemplate, withSetting } from "./template.ts";

const load = (text: string) => loadConfig({ file: { path: "x", text } }).config;

Deno.test("configTemplate() contains only the defaults", () => {
  deepEqual(load(configTemplate()), defaultConfig());
});

Deno.test("configTemplate() stays right when every # is taken away", () => {
  const text = configTemplate().replaceAll(/^#(\w+ = )/gm, "$1");
  deepEqual(load(text), defaultConfig());
});

Deno.test("configTemplate() has a comment and a line for each setting", () => {
  const text = configTemplate({ "server.name": "Home" });
  for (const key of SETTINGS.keys()) {
    ok(text.includes(`\n#${key.split(".")[1]} = `) || key === "server.name");
  }
  match(text, /\nname = "Home"\n/);
  ok(text.split("\n").every((x) => !x.startsWith("# ") || x.length <= 78));
});

Deno.test("withSetting() changes one line and keeps the rest", () => {
  let text = configTemplate();
  text = withSetting(text, "web.port", 81);
  text = withSetting(text, "web.port", 82);
  text = withSetting(text, "access.only_from", ["10.0.0.0/8"]);
  text = withSetting(text, "access.only_from", ["192.168.0.0/16"]);
  deepEqual(
    load(text),
    defaultConfig({ "web.port": 82, "access.only_from": ["192.168.0.0/16"] }),
  );
  equal(text.split("\n").length, configTemplate().split("\n").length);
});

Deno.test("withSetting() works in a file of the host's own making", () => {
  const text =
    "# mine\n[web]\nstaff_networks = [\n  '10.0.0.1',\n]\nport = 1 # !";
  const changed = withSetting(
    withSetting(text, "web.staff_networks", ["::1"]),
    "log.level",
    "debug",
  );
  const config = load(changed);
  deepEqual(config.web.staff_networks, ["::1"]);
  equal(valueAt(config, "log.level"), "debug");
  match(changed, /^# mine\n/);
  match(changed, /port = 1 # !/);
});
