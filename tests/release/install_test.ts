/**
 * packaging/install.sh with a small release made for the test: installs,
 * updates, and changes nothing when a checksum is wrong.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(
  new URL("../../packaging/install.sh", import.meta.url),
);
const SYSTEM = `${Deno.build.os === "darwin" ? "macos" : "linux"}-${
  Deno.build.arch === "aarch64" ? "arm64" : "x64"
}`;

async function shell(script: string, cwd: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", script],
    cwd,
  }).output();
  const text = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  assert.equal(code, 0, text);
  return text;
}

/**
 * Creates a folder like `deno task release`, with a program that prints its
 * version.
 */
async function release(folder: string, version: string): Promise<void> {
  const name = `retropal-${version}-${SYSTEM}`;
  await shell(
    `rm -rf release && mkdir -p release/${name} && cd release &&
     printf '#!/bin/sh\\necho retropal ${version}\\n' > ${name}/retropal &&
     chmod +x ${name}/retropal && tar -czf ${name}.tar.gz ${name} &&
     rm -r ${name} &&
     { sha256sum *.tar.gz || shasum -a 256 *.tar.gz; } > SHA256SUMS 2>/dev/null`,
    folder,
  );
}

async function install(folder: string) {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: [SCRIPT, "--from", join(folder, "release"), "--to", `${folder}/bin`],
    env: { HOME: folder },
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test({
  name: "install.sh installs, updates and keeps the program before it",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "retropal-install-" });
    try {
      await release(folder, "1.0.0");
      const first = await install(folder);
      assert.equal(first.code, 0, first.err);
      assert.match(
        first.out,
        /Installed retropal 1\.0\.0 as .*\/bin\/retropal/,
      );
      await release(folder, "1.1.0");
      assert.equal((await install(folder)).code, 0);
      assert.match(await shell("bin/retropal", folder), /1\.1\.0/);
      assert.match(await shell("bin/retropal.previous", folder), /1\.0\.0/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "install.sh installs nothing whose checksum is wrong or missing",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "retropal-install-" });
    try {
      await release(folder, "1.0.0");
      await shell("echo more >> release/$(cd release && ls *.tar.gz)", folder);
      const changed = await install(folder);
      assert.equal(changed.code, 1);
      assert.match(changed.err, /does not match its checksum/);
      await shell("echo > release/SHA256SUMS", folder);
      const missing = await install(folder);
      assert.equal(missing.code, 1);
      assert.match(missing.err, /names no archive/);
      await assert.rejects(Deno.stat(join(folder, "bin/retropal")));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
