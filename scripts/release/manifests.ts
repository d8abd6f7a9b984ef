/**
 * `deno task release:manifests [--release DIR]`: writes the Homebrew formula
 * and the PKGBUILD into the folder of a release, by default dist/release, with
 * its version and checksums.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program for people
import { basename, join, resolve } from "node:path";
import { VERSION } from "../../lib/version.ts";
import { readOptions } from "../options.ts";
import { ROOT } from "../root.ts";

const MANIFESTS = ["packaging/homebrew/retropal.rb", "packaging/aur/PKGBUILD"];

const USAGE = `Writes the Homebrew formula and the PKGBUILD of a release.

usage: deno task release:manifests [--release DIR]

  --release DIR  instead of dist/release; with the file SHA256SUMS, which
                 \`deno task release\` writes
`;

const { values } = readOptions(USAGE, {
  release: { type: "string", default: "dist/release" },
});
const release = resolve(ROOT, values.release);

/** Returns the checksums by file name. */
function readChecksums(): ReadonlyMap<string, string> {
  const text = Deno.readTextFileSync(join(release, "SHA256SUMS"));
  return new Map(
    text.trimEnd().split("\n").map((line) => {
      const [sum = "", name = ""] = line.split("  ");
      return [name, sum];
    }),
  );
}

/** Replaces each checksum of zeros by that of the archive named before it. */
function fill(text: string, checksums: ReadonlyMap<string, string>): string {
  const archives = [
    ...text.matchAll(/retropal-[^"/]*?-(?:linux|macos)-\w+\.tar\.gz/g),
  ].map(([name]) =>
    name.replace(/^retropal-(?:\$pkgver|\d[^-]*)/, `retropal-${VERSION}`)
  );
  let next = 0;
  return text
    .replaceAll(/(v|retropal-|version "|pkgver=)\d+\.\d+\.\d+/g, `$1${VERSION}`)
    .replaceAll(/0{64}/g, () => {
      const name = archives[next++] ?? "";
      const sum = checksums.get(name);
      if (sum === undefined) throw new Error(`no checksum of ${name}`);
      return sum;
    });
}

const checksums = readChecksums();
for (const manifest of MANIFESTS) {
  const text = fill(Deno.readTextFileSync(join(ROOT, manifest)), checksums);
  const file = join(release, basename(manifest));
  Deno.writeTextFileSync(file, text);
  console.log(file);
}
