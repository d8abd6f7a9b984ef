/**
 * `deno task release [--only NAME]… [--bases DIR] [--output DIR]`: makes
 * archives of the program for all systems, with checksums, from one bundle.
 *
 * Deno downloads the base of each executable from its own site. Where that
 * cannot be reached, `--bases` names a folder with files called denort-…-TRIPLE
 * or denort-…-TRIPLE.gz for this version of Deno.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program for people
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { launchdPlist, systemdUnit } from "../../lib/cli/service/units.ts";
import { VERSION } from "../../lib/version.ts";
import { compile } from "../compile.ts";
import { bundle, ROOT } from "./bundle.ts";
import { SOURCE_MAPS } from "../browser_client.ts";
import { licences, packagesIn, publishSourceMap } from "./licences.ts";
import { programName, type Target, TARGETS } from "./targets.ts";

const USAGE = `Builds the archives of a release.

usage: deno task release [--only NAME]… [--bases DIR] [--output DIR]

  --only NAME   one system, again for more: ${
  TARGETS.map(({ name }) => name).join(", ")
}
  --bases DIR   a folder of bases for executables, instead of downloading them
  --output DIR  instead of dist/release
`;

const OPTIONS = {
  only: { type: "string", multiple: true },
  bases: { type: "string" },
  output: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Documents that every archive contains. */
const DOCUMENTS = ["README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md"];

/** Values used in the example service files. */
const SERVICE = {
  command: ["/usr/local/bin/retropal"],
  data: "/var/lib/retropal",
  user: "retropal",
  lowPorts: false,
};

async function main(): Promise<void> {
  const { values } = parseArgs({ args: Deno.args, options: OPTIONS });
  if (values.help) return console.log(USAGE);
  const targets = chosen(values.only);
  const output = resolve(ROOT, values.output ?? "dist/release");
  await Deno.remove(output, { recursive: true }).catch(ignoreMissing);
  await Deno.mkdir(output, { recursive: true });
  const work = await Deno.makeTempDir({ prefix: "retropal-release-" });
  try {
    const entry = await bundle(join(ROOT, "dist/bundle"));
    const map = `${entry}.map`;
    const thirdParty = await licences(await packagesIn(map, ...SOURCE_MAPS));
    await publishSourceMap(
      map,
      join(output, `retropal-${VERSION}.js.map`),
      ROOT,
    );
    for (const target of targets) {
      const name = `retropal-${VERSION}-${target.name}`;
      const folder = join(work, name);
      await fill(folder, target, thirdParty);
      const base = await findBase(values.bases, target, work);
      await compile({
        entry,
        output: join(folder, programName(target)),
        target: target.triple,
        ...(base !== undefined && { base }),
      });
      await pack(work, name, join(output, `${name}.${target.archive}`));
      console.log(`${name}.${target.archive}`);
    }
    await Deno.copyFile(
      join(ROOT, "packaging/install.sh"),
      join(output, "install.sh"),
    );
    await writeChecksums(output);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** @throws {Error} for a name that is no target */
function chosen(names: readonly string[] | undefined): readonly Target[] {
  if (names === undefined) return TARGETS;
  return names.map((name) => {
    const target = TARGETS.find((each) => each.name === name);
    if (target === undefined) throw new Error(`${name} is not a target`);
    return target;
  });
}

/** Writes all files of an archive except the program. */
async function fill(
  folder: string,
  target: Target,
  thirdParty: string,
): Promise<void> {
  await Deno.mkdir(folder);
  for (const name of DOCUMENTS) {
    await Deno.copyFile(join(ROOT, name), join(folder, name));
  }
  await Deno.writeTextFile(join(folder, "THIRD-PARTY.txt"), thirdParty);
  if (target.name.startsWith("linux")) {
    await Deno.writeTextFile(
      join(folder, "retropal.service"),
      systemdUnit(SERVICE),
    );
  } else if (target.name.startsWith("macos")) {
    await Deno.writeTextFile(
      join(folder, "net.retropal.server.plist"),
      launchdPlist(SERVICE),
    );
  }
}

/** Returns the unpacked base for a target; undefined lets Deno download it. */
async function findBase(
  bases: string | undefined,
  { triple }: Target,
  work: string,
): Promise<string | undefined> {
  if (bases === undefined) return undefined;
  for await (const { name } of Deno.readDir(bases)) {
    const path = join(bases, name);
    if (name.endsWith(triple)) return path;
    if (!name.endsWith(`${triple}.gz`)) continue;
    const unpacked = join(work, `denort-${triple}`);
    using file = await Deno.create(unpacked);
    await (await Deno.open(path)).readable
      .pipeThrough(new DecompressionStream("gzip"))
      .pipeTo(file.writable);
    return unpacked;
  }
  throw new Error(`no base for ${triple} in ${bases}`);
}

async function pack(work: string, name: string, archive: string) {
  const [command, args] = archive.endsWith(".zip")
    ? ["zip", ["-q", "-r", "-X", archive, name]] as const
    : ["tar", [
      "--sort=name",
      "--owner=0",
      "--group=0",
      "--numeric-owner",
      "-czf",
      archive,
      name,
    ]] as const;
  const { success } = await new Deno.Command(command, {
    cwd: work,
    args: [...args],
  }).spawn().status;
  if (!success) throw new Error(`${command} failed`);
}

/** Writes checksums in the format that `sha256sum -c SHA256SUMS` reads. */
async function writeChecksums(output: string): Promise<void> {
  const lines: string[] = [];
  for await (const { name } of Deno.readDir(output)) {
    const hash = createHash("sha256");
    hash.update(await Deno.readFile(join(output, name)));
    lines.push(`${hash.digest("hex")}  ${name}\n`);
  }
  await Deno.writeTextFile(
    join(output, "SHA256SUMS"),
    lines.sort((a, b) => a.slice(66) < b.slice(66) ? -1 : 1).join(""),
  );
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
