/**
 * A real SMTP server for tests: aiosmtpd, with STARTTLS and AUTH.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- says why tests are skipped
import { join } from "node:path";
import { makeCertificate, newKey } from "../../lib/tls/certificate.ts";
import { Lines } from "./server.ts";

const WAIT_MS = 20_000;

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly sender: string;
  readonly text: string;
  readonly tls: boolean;
}

export interface TestSmtp extends AsyncDisposable {
  /** Settings that send mail through this server. */
  readonly settings: Readonly<Record<string, string>>;
  /** Waits for a mail by its number, from 0. */
  mail(number: number): Promise<ReceivedMail>;
  /** Returns the number of mails received. */
  count(): number;
}

/** Starts a server; undefined, with a line printed, if there is no aiosmtpd. */
export async function startSmtp(): Promise<TestSmtp | undefined> {
  const folder = await Deno.makeTempDir({ prefix: "retropal-smtp-" });
  const [certificate, key] = ["cert.pem", "key.pem"]
    .map((name) => join(folder, name)) as [string, string];
  const secret = newKey();
  const pem = makeCertificate({
    subject: "mail",
    names: ["127.0.0.1"],
    from: new Date(Date.now() - 3_600_000),
    until: new Date(Date.now() + 3_600_000),
    key: secret,
    kind: "server",
  });
  await Deno.writeTextFile(certificate, pem);
  await Deno.writeTextFile(key, secret);
  const script = new URL("smtp_server.py", import.meta.url).pathname;
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("python3", {
      args: [script, certificate, key, "postman", "s3cret pass"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error("skipped: there is no python3 here");
    return undefined;
  }
  const [out, err] = [new Lines(child.stdout), new Lines(child.stderr)];
  const stop = async () => {
    await child.stdin.close().catch(() => {});
    await child.status;
    await Promise.all([out.ended, err.ended]);
    await Deno.remove(folder, { recursive: true });
  };
  const port = await Promise.race([
    out.match(/^(\d+)\n/, WAIT_MS).then((found) => found[1]),
    child.status.then(() => undefined),
  ]);
  if (port === undefined) {
    await stop();
    if (!/No module named/.test(err.text)) throw new Error(err.text);
    console.error("skipped: there is no aiosmtpd here");
    return undefined;
  }
  const lines = () => out.text.split("\n").slice(1, -1);
  return {
    settings: {
      "mail.host": "127.0.0.1",
      "mail.port": port,
      "mail.ca": certificate,
      "mail.user": "postman",
      "mail.password": "s3cret pass",
      "mail.from": "retropal@example.org",
    },
    count: () => lines().length,
    async mail(number) {
      const pattern = new RegExp(`^(.*\\n){${number + 2}}`);
      await out.match(pattern, WAIT_MS);
      return JSON.parse(lines()[number]!);
    },
    [Symbol.asyncDispose]: stop,
  };
}
