import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { ConfigError, loadConfig } from "./load.ts";
import { defaultConfig, environmentName, SETTINGS, valueAt } from "./config.ts";
import { checkValue } from "./load.ts";
import * as v from "valibot";

const file = (text: string) => ({ path: "retropal.toml", text });
const problems = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
};

Deno.test("loadConfig() returns the defaults when nothing is set", () => {
  const { config, origins } = loadConfig({});
  deepEqual(config, defaultConfig());
  ok([...origins.values()].every((origin) => origin === "default"));
});

Deno.test("loadConfig() prefers flags to the environment, and the environment to the file", () => {
  const sources = {
    file: file("[server]\nchat_port = 1\nvoice_port = 1\nname = 'A'\n"),
    env: { RETROPAL_SERVER_CHAT_PORT: "2", RETROPAL_SERVER_VOICE_PORT: "2" },
    flags: { "server.chat_port": "3" },
  };
  const { config, origins } = loadConfig(sources);
  equal(config.server.chat_port, 3);
  equal(config.server.voice_port, 2);
  equal(config.server.name, "A");
  equal(origins.get("server.chat_port"), "flag");
  equal(origins.get("server.voice_port"), "environment");
  equal(origins.get("server.name"), "file");
  equal(origins.get("server.bind"), "default");
});

Deno.test("loadConfig() reads the fixed keys from the environment", () => {
  const { config } = loadConfig({
    env: {
      RETROPAL_LIMITS_PACKETS_PER_SECOND: "100",
      RETROPAL_AUTH_SCRYPT_LOG2N: "10",
      RETROPAL_AUTH_SERVER_KEY: "XyF¦551473312518",
      RETROPAL_WEB_ENABLED: "no",
      RETROPAL_ACCESS_ONLY_FROM: "10.0.0.0/8, 192.0.2.1",
      RETROPAL_DATA: "/somewhere",
      PATH: "/bin",
    },
  });
  equal(config.limits.packets_per_second, 100);
  equal(config.auth.scrypt_log2n, 10);
  equal(config.auth.server_key, "XyF¦551473312518");
  equal(config.web.enabled, false);
  deepEqual(config.access.only_from, ["10.0.0.0/8", "192.0.2.1"]);
});

Deno.test("loadConfig() names key, value, allowed values and an example", () => {
  const message = problems(() =>
    loadConfig({ file: file("[limits]\npackets_per_second = 'many'\n") })
  );
  match(message, /limits\.packets_per_second is "many" in retropal\.toml/);
  match(message, /Allowed: a whole number from 1 to 1000000/);
  match(message, /For example: packets_per_second = 30/);
});

Deno.test("loadConfig() refuses an unknown key and suggests the near one", () => {
  match(
    problems(() =>
      loadConfig({ file: file("[limits]\npacket_per_second = 3\n") })
    ),
    /"limits\.packet_per_second", which is no setting\. Did you mean limits\.packets_per_second\?/,
  );
  match(
    problems(() => loadConfig({ file: file("[limit]\nx = 3\n") })),
    /"limit", which is no section\. Did you mean limits\?/,
  );
  match(
    problems(() => loadConfig({ flags: { "no.such": "1" } })),
    /the command line has "no\.such"/,
  );
});

Deno.test("loadConfig() reports all problems in one error", () => {
  const error = problems(() =>
    loadConfig({
      file: file("[server]\nchat_port = 70000\n[log]\nlevel = 'loud'\n"),
      env: { RETROPAL_WEB_PORT: "x" },
    })
  );
  equal(error.split("\n").length, 3);
});

Deno.test("loadConfig() names the line that is not TOML", () => {
  match(
    problems(() => loadConfig({ file: file("[server]\nname = \n") })),
    /retropal\.toml, line 2, is not TOML/,
  );
});

Deno.test("loadConfig() warns of an unknown variable of ours", () => {
  const { warnings } = loadConfig({ env: { RETROPAL_WEB_PROT: "1" } });
  match(warnings.join(), /RETROPAL_WEB_PROT.*Did you mean RETROPAL_WEB_PORT\?/);
});

Deno.test("loadConfig() passes over an empty variable that could be no value", () => {
  const { config, origins } = loadConfig({
    env: {
      RETROPAL_LIMITS_PACKETS_PER_SECOND: "",
      RETROPAL_WEB_ENABLED: "",
      RETROPAL_AUTH_REGISTRATION: "",
      RETROPAL_SERVER_ADVERTISE: "",
    },
    file: file('[server]\nadvertise = "192.0.2.1"\n'),
  });
  equal(config.limits.packets_per_second, 30);
  equal(origins.get("limits.packets_per_second"), "default");
  equal(config.server.advertise, "");
});

Deno.test("loadConfig() recognizes the private one of two advertised addresses", () => {
  for (
    const advertise of ["192.168.1.5,203.0.113.9", "203.0.113.9, 192.168.1.5"]
  ) {
    const { config } = loadConfig({ flags: { "server.advertise": advertise } });
    equal(config.server.advertise, "203.0.113.9");
    equal(config.server.advertise_private, "192.168.1.5");
  }
});

Deno.test("SETTINGS have defaults and examples that their own checks accept", () => {
  for (const [key, setting] of SETTINGS) {
    ok(v.safeParse(setting.schema, setting.default).success, `${key} default`);
    const name = key.split(".");
    const text = `[${name[0]}]\n${name[1]} = ${setting.example}\n`;
    deepEqual(
      typeof valueAt(loadConfig({ file: file(text) }).config, key),
      typeof setting.default,
      `${key} example`,
    );
  }
});

Deno.test("environmentName() is the dotted key in capitals", () => {
  equal(
    environmentName("limits.packets_per_second"),
    "RETROPAL_LIMITS_PACKETS_PER_SECOND",
  );
  equal(
    new Set([...SETTINGS.keys()].map(environmentName)).size,
    SETTINGS.size,
  );
});

Deno.test("checkValue() checks one setting by itself", () => {
  equal(checkValue("web.port", "80"), 80);
  throws(() => checkValue("web.port", "-1"), ConfigError);
  throws(() => checkValue("web.prot", "1"), /Did you mean web\.port\?/);
});
