import { deepEqual, match } from "node:assert/strict";
import { defaultConfig } from "../../config/config.ts";
import type { Value } from "../../config/setting.ts";
import { checkMail } from "./mail.ts";

const look = (changes: Readonly<Record<string, Value>>) =>
  checkMail(defaultConfig(changes)).map(({ level, text }) => `${level} ${text}`)
    .join();

Deno.test("doctor looks whether e-mail is configured as a whole", () => {
  deepEqual(look({}), "");
  const host = { "mail.host": "smtp.example.org" };
  match(look(host), /^bad .*no sender/);
  const both = { ...host, "mail.from": "a@example.org" };
  match(look(both), /^ok .*smtp\.example\.org/);
  match(look({ ...both, "mail.user": "a" }), /^bad .*mail\.password is not/);
  match(look({ ...both, "mail.tls": "off" }), /^note .*unencrypted/);
  match(look({ ...both, "web.enabled": false }), /^note .*pages are off/);
  const here = { ...both, "mail.host": "127.0.0.1", "mail.tls": "off" };
  match(look(here), /^ok /);
});
