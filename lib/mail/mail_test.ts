import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { openStore } from "../../db/open.ts";
import { addUser, withFolder } from "../../tests/support/db/temp.ts";
import { startSmtp, type TestSmtp } from "../../tests/support/smtp.ts";
import { defaultConfig } from "../config/config.ts";
import { checkValue } from "../config/load.ts";
import type { Store } from "../domain/store.ts";
import type { Letter } from "../ops/letters.ts";
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

Deno.test("deliver() encrypts and signs in, and reports errors", async () => {
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

/** A store of its own, and an outbox that tries again soon. */
async function withOutbox(
  config: () => ReturnType<typeof defaultConfig>,
  work: (
    parts: {
      readonly store: Store;
      readonly outbox: Outbox;
      readonly lines: string[];
      until(pattern: RegExp): Promise<void>;
      start(): Outbox;
    },
  ) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const store = await openStore(join(folder, "retropal.db"));
    const lines: string[] = [];
    const log = (message: string, fields = {}) =>
      void lines.push(`${message} ${JSON.stringify(fields)}`);
    const start = () =>
      new Outbox({
        mails: store.mails,
        config,
        log: { debug: log, info: log, warn: log, error: log },
        clock: Date.now,
        retriesMs: [50],
      });
    const outbox = start();
    try {
      await work({
        store,
        outbox,
        lines,
        start,
        async until(pattern) {
          for (let i = 0; i < 500; i++) {
            if (lines.some((one) => pattern.test(one))) return;
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          ok(false, lines.join("\n"));
        },
      });
    } finally {
      await outbox[Symbol.asyncDispose]();
      store.close();
    }
  });
}

const letter = (to: string, more: Partial<Letter> = {}): Letter => ({
  ...mail(to),
  uid: null,
  lastsMs: 60_000,
  ...more,
});

Deno.test("the outbox follows the settings, and retries temporary failures", async () => {
  await using smtp = await startSmtp();
  if (smtp === undefined) return;
  let config = configOf(smtp, { "mail.password": "wrong" });
  await withOutbox(() => config, async ({ store, outbox, until }) => {
    ok(outbox.add(letter("ann@example.org")));
    // The host can correct a wrong password, so the mail waits.
    await until(/"again":true.*Check mail\.user/);
    ok(store.mails.list()[0]?.fault.includes("Check mail.user"));
    ok(outbox.add(letter("never@example.org")));
    config = configOf(smtp);
    equal((await smtp.mail(0)).to[0], "ann@example.org");
    await until(/"again":false.*no such mailbox/);
    outbox.add(letter("later@example.org"));
    await until(/"again":true.*try again later/);
    const [refused, later] = store.mails.list();
    equal(refused?.body, "");
    ok(refused?.failedAt);
    match(refused.fault, /no such mailbox/);
    equal(later?.failedAt, null);
    equal(later?.recipient, "later@example.org");
  });
});

Deno.test("waiting mail is sent once by the next run of the server", async () => {
  await using smtp = await startSmtp();
  if (smtp === undefined) return;
  let config = configOf(smtp, { "mail.port": "1" });
  await withOutbox(() => config, async ({ outbox, start, until, store }) => {
    outbox.add(letter("ann@example.org"));
    outbox.add(letter("old@example.org", { lastsMs: 0 }));
    await until(/could not be sent/);
    await outbox[Symbol.asyncDispose]();
    equal(outbox.add(letter("bob@example.org")), false);
    config = configOf(smtp);
    await using next = start();
    equal((await smtp.mail(0)).to[0], "ann@example.org");
    next.add(letter("bob@example.org"));
    equal((await smtp.mail(1)).to[0], "bob@example.org");
    await until(/mail expired before it could be sent/);
    for (let i = 0; i < 100 && store.mails.waiting() > 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    deepEqual(store.mails.list().map(({ recipient }) => recipient), [
      "old@example.org",
    ]);
    equal(smtp.count(), 2);
  });
});

Deno.test("mail about an account is removed with it, and the outbox is bounded", () =>
  withOutbox(() => defaultConfig(), ({ store, outbox }) => {
    const { uid } = addUser(store, "Ann");
    outbox.add(letter("ann@example.org", { uid }));
    outbox.add(letter("bob@example.org"));
    store.accounts.remove(uid, "remove");
    deepEqual(store.mails.list().map(({ recipient }) => recipient), [
      "bob@example.org",
    ]);
    const taken = Array.from(
      { length: 1100 },
      () => outbox.add(letter("a@b.c")),
    );
    equal(taken.filter(Boolean).length, 999);
    return Promise.resolve();
  }));
