import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { defaultConfig } from "../../config/config.ts";
import type { Value } from "../../config/setting.ts";
import type { Status } from "../../ops/live.ts";
import { makeCertificate, newKey } from "../../tls/certificate.ts";
import { checkCertificate } from "./certificate.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);

function makePair(names: readonly string[], days: number) {
  const key = newKey();
  const certificate = makeCertificate({
    subject: "Test",
    names,
    from: new Date(NOW - 60 * DAY_MS),
    until: new Date(NOW + days * DAY_MS),
    key,
    kind: "server",
  });
  return { certificate, key };
}

/** Returns the findings for a server that is not running. */
async function examined(
  work: (folder: string) => Promise<Readonly<Record<string, Value>>>,
): Promise<string[]> {
  const data = await Deno.makeTempDir();
  const folder = join(data, "tls");
  await Deno.mkdir(folder);
  try {
    const config = defaultConfig(await work(folder));
    return checkCertificate(config, undefined, folder, NOW)
      .map(({ level, text }) => `${level}: ${text}`);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

async function filesWith(
  folder: string,
  pair: { certificate: string; key: string },
  more: Readonly<Record<string, Value>> = {},
) {
  const [cert, key] = [join(folder, "c.pem"), join(folder, "k.pem")];
  await Deno.writeTextFile(cert, pair.certificate);
  await Deno.writeTextFile(key, pair.key);
  return {
    "web.tls": "files",
    "web.tls_cert": cert,
    "web.tls_key": key,
    ...more,
  };
}

Deno.test("doctor counts the days of a certificate and looks for its names", async () => {
  const names = ["chat.example.org"];
  const of = (days: number, more = {}) =>
    examined((folder) => filesWith(folder, makePair(names, days), more));
  match((await of(80))[0]!, /^ok: The certificate \(files\) ends in 80 days/);
  match((await of(9))[0]!, /^note: .* ends in 9 days/);
  match((await of(-2))[0]!, /^bad: The certificate has expired/);
  const advertised = { "server.advertise": "other.example.org" };
  deepEqual((await of(80, advertised)).slice(1), [
    "note: The certificate does not have other.example.org.",
  ]);
});

Deno.test("doctor finds a key that is of no use", async () => {
  const pair = makePair(["chat.example.org"], 80);
  const strange = await examined((folder) =>
    filesWith(folder, { ...pair, key: newKey() })
  );
  match(strange[0]!, /^bad: The key in .*k\.pem does not belong/);
  const damaged = await examined((folder) =>
    filesWith(folder, { ...pair, key: "no key" })
  );
  match(damaged[0]!, /^bad: .*k\.pem \(web\.tls_key\) holds no private key/);
  const away = await examined(async (folder) => {
    const settings = await filesWith(folder, pair);
    await Deno.remove(settings["web.tls_key"]);
    return settings;
  });
  match(away[0]!, /^bad: web\.tls_key: .*k\.pem/);
});

Deno.test({
  name: "doctor finds a key that may not be read",
  // The superuser can read everything.
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  async fn() {
    const said = await examined(async (folder) => {
      const settings = await filesWith(folder, makePair(["localhost"], 80));
      await Deno.chmod(settings["web.tls_key"], 0);
      return settings;
    });
    match(said[0]!, /^bad: web\.tls_key: .*k\.pem/);
  },
});

Deno.test("doctor shows what a running server reports, and what is created later", async () => {
  deepEqual(
    await examined(() => Promise.resolve({ "web.tls": "self" })),
    ["ok: The server will make a certificate at its start."],
  );
  deepEqual(await examined(() => Promise.resolve({})), []);
  const tls = {
    mode: "self",
    names: ["localhost"],
    until: NOW + 90 * DAY_MS,
    fingerprint: "AA:BB",
    problem: "web.tls_key: permission denied",
  };
  const config = defaultConfig({ "web.tls": "self" });
  const [only] = checkCertificate(
    config,
    { tls } as unknown as Status,
    "none",
    NOW,
  );
  equal(only?.text, tls.problem);
  equal(only?.level, "bad");
});
