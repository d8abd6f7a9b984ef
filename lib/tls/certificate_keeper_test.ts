import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import { defaultConfig } from "../config/config.ts";
import type { Value } from "../config/setting.ts";
import type { KeyPair } from "../net/tls/terminator.ts";
import { CertificateKeeper, storedCertificate } from "./certificate_keeper.ts";
import { readCertificate } from "./read_certificate.ts";

const DAY_MS = 86_400_000;

interface Kept {
  readonly keeper: CertificateKeeper;
  readonly folder: string;
  /** Certificates issued after the start. */
  readonly changes: KeyPair[];
  /** Changes settings, as a reload of the configuration does. */
  set(changes: Readonly<Record<string, Value>>): void;
  /** Lets time pass. */
  pass(ms: number): void;
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} } as never;

async function keeping(
  settings: Readonly<Record<string, Value>>,
  work: (kept: Kept) => Promise<void> | void,
): Promise<void> {
  const data = await Deno.makeTempDir();
  const folder = join(data, "tls");
  let config = defaultConfig(settings);
  let now = Date.now();
  const keeper = new CertificateKeeper({
    config: () => config,
    folder,
    log: quiet,
    clock: () => now,
  });
  const changes: KeyPair[] = [];
  keeper.start((pair) => changes.push(pair));
  try {
    await work({
      keeper,
      folder,
      changes,
      set: (more) => void (config = defaultConfig({ ...settings, ...more })),
      pass: (ms) => void (now += ms),
    });
  } finally {
    keeper.close();
    await Deno.remove(data, { recursive: true });
  }
}

Deno.test("a name added to web.tls_names is in the certificate after a reload", () =>
  keeping({ "web.tls": "self" }, ({ keeper, changes, set, folder }) => {
    const before = keeper.status();
    ok(!before.names.includes("new.example.org"));
    deepEqual(changes, []);
    // Nothing has changed: the same certificate stays.
    keeper.reload();
    deepEqual(changes, []);
    set({ "web.tls_names": ["new.example.org"] });
    keeper.reload();
    equal(changes.length, 1);
    const after = keeper.status();
    ok(after.names.includes("new.example.org"));
    notEqual(after.fingerprint, before.fingerprint);
    equal(keeper.current, changes.at(-1));
    const config = defaultConfig({ "web.tls": "self" });
    deepEqual(storedCertificate(config, folder), keeper.current);
    set({ "web.public_url": "https://public.example.org" });
    keeper.reload();
    ok(keeper.status().names.includes("public.example.org"));
  }));

Deno.test("a certificate of the server's own is renewed before it ends", () =>
  keeping({ "web.tls": "self" }, ({ keeper, changes, pass }) => {
    const { until } = keeper.status();
    pass(until - Date.now() - 60 * DAY_MS);
    keeper.reload();
    deepEqual(changes, []);
    pass(31 * DAY_MS);
    keeper.reload();
    equal(changes.length, 1);
    ok(keeper.status().until > until + 300 * DAY_MS);
  }));

Deno.test("files that cannot be read leave the certificate as it is", async () => {
  let pair: KeyPair | undefined;
  await keeping({ "web.tls": "self" }, ({ keeper }) => {
    pair = keeper.current;
  });
  const files = await Deno.makeTempDir();
  const [cert, key] = [join(files, "c.pem"), join(files, "k.pem")];
  await Deno.writeTextFile(cert, pair!.certificate);
  await Deno.writeTextFile(key, pair!.key);
  try {
    await keeping({
      "web.tls": "files",
      "web.tls_cert": cert,
      "web.tls_key": key,
    }, async ({ keeper, changes }) => {
      await Deno.remove(key);
      keeper.reload();
      match(keeper.status().problem ?? "", /web\.tls_key: .*k\.pem/);
      equal(keeper.current.key, pair!.key);
      deepEqual(changes, []);
      await Deno.writeTextFile(key, pair!.key);
      keeper.reload();
      equal(keeper.status().problem, null);
    });
  } finally {
    await Deno.remove(files, { recursive: true });
  }
});

Deno.test("without an answer of the ACME server the pages have a certificate all the same", () =>
  keeping({
    "web.tls": "acme",
    "web.tls_names": ["chat.example.org"],
    "web.legacy_port": 80,
    // No server listens there.
    "web.acme_directory": "https://127.0.0.1:9/directory",
  }, async ({ keeper }) => {
    for (let i = 0; i < 200 && keeper.status().problem === null; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    match(keeper.status().problem ?? "", /./);
    ok(
      readCertificate(keeper.current.certificate).names
        .includes("chat.example.org"),
    );
  }));
