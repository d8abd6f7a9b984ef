import { equal, match, ok } from "node:assert/strict";
import { TestServer } from "../support/server.ts";
import { startSmtp } from "../support/smtp.ts";
import { Browser } from "../support/web/site.ts";

/** Returns the path of a link in an e-mail, without the server's address. */
function linkIn(text: string, path: string): string {
  const link = new RegExp(`https?://[^\\s/]+(${path}\\?token=[\\w-]+)`)
    .exec(text)?.[1];
  ok(link, text);
  return link;
}

/** Lists the mail until it looks so. */
async function listedLike(server: TestServer, look: RegExp): Promise<string> {
  const ends = performance.now() + 30_000;
  for (;;) {
    const listed = await server.run("mail", "list");
    if (look.test(listed)) return listed;
    if (performance.now() > ends) match(listed, look);
    await new Promise((again) => setTimeout(again, 100));
  }
}

Deno.test("a member gets a new password by e-mail, through STARTTLS and AUTH", async () => {
  await using smtp = await startSmtp();
  if (smtp === undefined) return;
  await using server = await TestServer.start({
    web: true,
    flags: ["--web-port", "0"],
    settings: smtp.settings,
  });
  await server.addUser("Ann", "secret11", "--email", "ann@example.org");
  const browser = new Browser(`http://${server.ready.web}`);
  const ask = async (who: string) =>
    (await browser.submit(await browser.get("/forgot"), "/forgot", { who }))
      .text;
  const answer = await ask("Ann");
  match(answer, /Look into your mailbox/);
  const mail = await smtp.mail(0);
  equal(mail.tls, true);
  equal(mail.to[0], "ann@example.org");
  equal(mail.from, "retropal@example.org");
  const link = linkIn(mail.text, "/reset");
  const page = await browser.get(link);
  const changed = await browser.submit(page, "/reset", {
    password: "fresh123",
    repeat: "fresh123",
  });
  match(changed.text, /password is changed/);
  equal((await browser.get(link)).status, 404);
  await using ann = await server.signOn("Ann", { password: "fresh123" });
  ok(ann.uid);
  const log = await server.run("audit", "--action", "user reset-mail");
  match(log, /visitor/);
});

Deno.test("retropal mail test says what is wrong", async () => {
  await using smtp = await startSmtp();
  if (smtp === undefined) return;
  await using server = await TestServer.start({ settings: smtp.settings });
  match(
    await server.run("mail", "test", "ann@example.org"),
    /127\.0\.0\.1 has accepted a mail to ann@example\.org/,
  );
  equal((await smtp.mail(0)).to[0], "ann@example.org");
  const refused = await server.cli(["mail", "test", "never@example.org"]);
  equal(refused.code, 1);
  match(refused.err, /no such mailbox/);
  const set = async (key: string, ...value: string[]) => {
    const { code, err } = await server.cli(["config", "set", key, ...value]);
    equal(code, 0, err);
  };
  const shown = await server.run("config", "show", "mail.password");
  match(shown, /"\(set\)"/);
  ok(!shown.includes("s3cret"));
  await set("server.name", "Other");
  const asArgument = await server.cli(["config", "set", "mail.password", "x"]);
  equal(asArgument.code, 2);
  match(asArgument.err, /--password-stdin/);
});

Deno.test("mail that waits survives a crash and is sent by the next start", async () => {
  await using smtp = await startSmtp();
  if (smtp === undefined) return;
  const { "mail.port": port = "", ...settings } = smtp.settings;
  // There is no SMTP server yet.
  const server = await TestServer.start({
    web: true,
    flags: ["--web-port", "0"],
    settings,
  });
  equal((await server.cli(["config", "set", "mail.port", "1"])).code, 0);
  await server.addUser("Ann", "secret11", "--email", "ann@example.org");
  const browser = new Browser(`http://${server.ready.web}`);
  await browser.submit(await browser.get("/forgot"), "/forgot", { who: "Ann" });
  const listed = await listedLike(
    server,
    /ann@example\.org +A new password .* 1 +\S+ \S+ UTC +127\.0\.0\.1:1/,
  );
  ok(!listed.includes("token="));
  await server.kill9();
  await using next = await server.restart();
  match(await next.run("mail", "list"), /ann@example\.org/);
  equal((await next.cli(["mail", "remove", "99"])).code, 3);
  const set = await next.cli(["config", "set", "mail.port", port]);
  equal(set.code, 0, set.err);
  // New settings are used immediately.
  const mail = await smtp.mail(0);
  equal(mail.to[0], "ann@example.org");
  const reset = new Browser(`http://${next.ready.web}`);
  equal((await reset.get(linkIn(mail.text, "/reset"))).status, 200);
  await listedLike(next, /No mail waits/);
  equal(smtp.count(), 1);
});
