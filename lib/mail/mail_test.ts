import { equal, match, ok, rejects } from "node:assert/strict";
import { startSmtp, type TestSmtp } from "../../tests/support/smtp.ts";
import { defaultConfig } from "../config/config.ts";
import { checkValue } from "../config/load.ts";
import { Outbox } from "./outbox.ts";
import { deliver, isConfigured, MailError } from "./smtp.ts";

function configOf(
  smtp: TestSmtp,
  changes: Readonly<Record<string, string>> = {},
) {
  const settings = { ...smtp.settings, ...changes };
  return defaultConfig(Object.fromEntries(
    Object.entries(settings).map(([key, raw]) => [key, checkValue(key, raw)]),
  ));
}

const mail = (to: string) => ({
  to,
  subject: "Caf\u00e9",
  text: "\u00e9\n.\n",
});

Deno.test("deliver() encrypts and signs in, and says what is wrong", async () => {
  await using smtp = await startSmtp();
  if (smtp === undefined) return;
  const to = mail("ann@example.org");
  await deliver(configOf(smtp, { "server.name": "Caf\u00e9" }), to);
  const got = await smtp.mail(0);
  equal(got.subject, "Caf\u00e9");
  equal(got.sender, "Caf\u00e9 <retropal@example.org>");
  match(got.text, /^\u00e9\n\.\n/);
  const fails = async (
    changes: Record<string, string>,
    sentence: RegExp,
    address = "ann@example.org",
  ) => {
    await rejects(deliver(configOf(smtp, changes), mail(address)), (error) => {
      ok(error instanceof MailError);
      match(error.message, sentence);
      return true;
    });
  };
  await fails({ "mail.password": "wrong" }, /Check mail\.user/);
  await fails({ "mail.user": "" }, /530|uthentication required/);
  await fails({ "mail.ca": "" }, /mail\.ca/);
  await fails({ "mail.ca": "/nowhere/x.pem" }, /mail\.ca cannot be read/);
  await fails({ "mail.tls": "off" }, /530|STARTTLS/i);
  await fails({ "mail.tls": "tls" }, /mail\.tls/);
  await fails({ "mail.port": "1" }, /127\.0\.0\.1:1: /);
  await fails({}, /no such mailbox/, "never@example.org");
  equal(smtp.count(), 1);
  equal(isConfigured(configOf(smtp, { "mail.from": "" })), false);
  equal(isConfigured(configOf(smtp, { "mail.host": "" })), false);
});

Deno.test("the outbox follows the settings, and tries again what may work later", async () => {
  await using smtp = await startSmtp();
  if (smtp === undefined) return;
  let config = configOf(smtp, { "mail.password": "wrong" });
  const lines: string[] = [];
  const log = (message: string, fields = {}) =>
    void lines.push(`${message} ${JSON.stringify(fields)}`);
  using outbox = new Outbox({
    config: () => config,
    log: { debug: log, info: log, warn: log, error: log },
    retriesMs: [50, 50],
  });
  ok(outbox.add(mail("later@example.org")));
  ok(outbox.add(mail("ann@example.org")));
  const until = async (pattern: RegExp) => {
    for (let i = 0; i < 500 && !lines.some((one) => pattern.test(one)); i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    ok(lines.some((one) => pattern.test(one)), lines.join("\n"));
  };
  await until(/"again":false.*Check mail\.user/);
  config = configOf(smtp);
  outbox.add(mail("later@example.org"));
  await until(/"again":true.*try again later/);
  outbox.add(mail("ann@example.org"));
  equal((await smtp.mail(0)).to[0], "ann@example.org");
  await until(/"again":false.*try again later/);
});

Deno.test("the outbox holds so many mails and no more", () => {
  const log = () => {};
  using outbox = new Outbox({
    config: () => defaultConfig(),
    log: { debug: log, info: log, warn: log, error: log },
  });
  const taken = Array.from({ length: 250 }, () => outbox.add(mail("a@b.c")));
  equal(taken.filter(Boolean).length, 200);
});
