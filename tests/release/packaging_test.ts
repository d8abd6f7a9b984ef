/**
 * The Homebrew formula and the PKGBUILD, as a release fills them in: what they
 * download, verify, install and run.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TARGETS } from "../../scripts/release/targets.ts";
import { VERSION } from "../../lib/version.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const RUBY = "/usr/bin/ruby";
const BASH = "/usr/bin/bash";
/** A different checksum for each archive. */
const SUMS = new Map(
  TARGETS.map(({ name }, at) => [name, String(at + 1).repeat(64)]),
);

function isThere(program: string): boolean {
  try {
    return Deno.statSync(program).isFile;
  } catch {
    return false;
  }
}

async function output(
  command: string,
  args: string[],
  cwd = ROOT,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd,
  }).output();
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stderr));
  return decoder.decode(stdout);
}

/** Runs `work` in a folder with the manifests of a release. */
async function withManifests(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "retropal-manifests-" });
  try {
    const lines = TARGETS.map(({ name, archive }) =>
      `${SUMS.get(name)}  retropal-${VERSION}-${name}.${archive}\n`
    );
    await Deno.writeTextFile(join(folder, "SHA256SUMS"), lines.join(""));
    await output(Deno.execPath(), [
      ...["run", "--allow-read", `--allow-write=${folder}`],
      ...["scripts/release/manifests.ts", "--release", folder],
    ]);
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const addressOf = (target: string) =>
  "https://github.com/retropal/retropal/releases/download/" +
  `v${VERSION}/retropal-${VERSION}-${target}.tar.gz`;

Deno.test({
  name: "Homebrew: each system downloads its archive and checks its sum",
  ignore: !isThere(RUBY),
  fn: () =>
    withManifests(async (folder) => {
      const formula = join(folder, "retropal.rb");
      await output(RUBY, ["-wc", formula]);
      const facts = JSON.parse(
        await output(RUBY, ["tests/release/formula.rb", formula]),
      );
      assert.equal(facts.version, VERSION);
      const systems = TARGETS.map(({ name }) => name)
        .filter((name) => !name.startsWith("windows"));
      assert.deepEqual(
        facts.downloads,
        Object.fromEntries(systems.map((name) => [
          name,
          { url: addressOf(name), sha256: SUMS.get(name) },
        ])),
      );
      assert.deepEqual(facts.installed, ["bin/retropal"]);
      assert.deepEqual(facts.popen, ["bin/retropal", "man"]);
      assert.deepEqual(facts.completions, ["bin/retropal", "completions"]);
      assert.deepEqual(facts.run, [
        ...["opt/bin/retropal", "serve", "--data", "var/retropal"],
      ]);
      assert.equal(facts.test, "there");
    }),
});

/** Sources the PKGBUILD and prints one array or variable of it. */
const PRINT = `
  set -eu
  CARCH=$1
  source ./PKGBUILD
  declare -n wanted=$2
  printf '%s\\n' "\${wanted[@]}"
`;

Deno.test({
  name: "PKGBUILD: each architecture downloads its archive and checks its sum",
  ignore: !isThere(BASH),
  fn: () =>
    withManifests(async (folder) => {
      const print = async (arch: string, name: string) =>
        (await output(BASH, ["-c", PRINT, "bash", arch, name], folder)).trim();
      assert.equal(await print("x86_64", "pkgver"), VERSION);
      for (
        const [arch, target] of [["x86_64", "linux-x64"], [
          "aarch64",
          "linux-arm64",
        ]] as const
      ) {
        assert.equal(await print(arch, `source_${arch}`), addressOf(target));
        assert.equal(
          await print(arch, `sha256sums_${arch}`),
          SUMS.get(target),
        );
      }
    }),
});

/** Lists what `package()` installs from a release archive. */
const PACKAGE = `
  set -eu
  CARCH=x86_64
  pkgdir=$PWD/pkg srcdir=$PWD
  source ./PKGBUILD
  folder=retropal-$pkgver-linux-x64
  mkdir "$folder"
  for file in retropal LICENSE THIRD-PARTY.txt README.md; do
    echo "$file" >"$folder/$file"
  done
  echo 'ExecStart=/usr/local/bin/retropal serve' >"$folder/retropal.service"
  package
  cd "$pkgdir"
  find . -type f | sort
  cat usr/lib/systemd/system/retropal.service
`;

Deno.test({
  name: "PKGBUILD: package() installs the program, its unit and its user",
  ignore: !isThere(BASH) || Deno.build.os !== "linux",
  fn: () =>
    withManifests(async (folder) => {
      const listed = await output(BASH, ["-c", PACKAGE], folder);
      assert.deepEqual(listed.trimEnd().split("\n"), [
        "./usr/bin/retropal",
        "./usr/lib/systemd/system/retropal.service",
        "./usr/lib/sysusers.d/retropal.conf",
        "./usr/lib/tmpfiles.d/retropal.conf",
        "./usr/share/doc/retropal/README.md",
        "./usr/share/licenses/retropal-bin/LICENSE",
        "./usr/share/licenses/retropal-bin/THIRD-PARTY.txt",
        "ExecStart=/usr/bin/retropal serve",
      ]);
    }),
});
