/**
 * `deno task release:deb [--program FILE] [--arch amd64|arm64] [--output DIR]`:
 * makes a Debian package from a compiled program. Needs dpkg-deb.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program for people
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { bashCompletions } from "../../lib/cli/completions/bash.ts";
import { fishCompletions } from "../../lib/cli/completions/fish.ts";
import { zshCompletions } from "../../lib/cli/completions/zsh.ts";
import { ALL } from "../../lib/cli/main.ts";
import { manPage } from "../../lib/cli/man.ts";
import { systemdUnit } from "../../lib/cli/service/units.ts";
import { VERSION } from "../../lib/version.ts";
import { ROOT } from "./bundle.ts";

const USAGE = `Builds a Debian package of a compiled program.

usage: deno task release:deb [--program FILE] [--arch ARCH] [--output DIR]

  --program FILE  instead of dist/retropal
  --arch ARCH     amd64 (the default) or arm64
  --output DIR    instead of dist/release
`;

const OPTIONS = {
  program: { type: "string", default: "dist/retropal" },
  arch: { type: "string", default: "amd64" },
  output: { type: "string", default: "dist/release" },
  help: { type: "boolean", short: "h" },
} as const;

const PACKAGING = join(ROOT, "packaging/debian");

const UNIT = systemdUnit({
  command: ["/usr/bin/retropal"],
  data: "/var/lib/retropal",
  user: "retropal",
  lowPorts: true,
  environmentFile: "/etc/default/retropal",
});

const COPYRIGHT = "usr/share/doc/retropal/copyright";

/** Generated files of the package by path. */
const TEXTS: Readonly<Record<string, string>> = {
  "lib/systemd/system/retropal.service": UNIT,
  "usr/share/bash-completion/completions/retropal": bashCompletions(ALL),
  "usr/share/zsh/vendor-completions/_retropal": zshCompletions(ALL),
  "usr/share/fish/vendor_completions.d/retropal.fish": fishCompletions(ALL),
};

function control(arch: string, kilobytes: number): string {
  return `Package: retropal
Version: ${VERSION}
Architecture: ${arch}
Maintainer: The retropal developers <retropal@localhost>
Installed-Size: ${kilobytes}
Depends: libc6, libgcc-s1, passwd
Section: net
Priority: optional
Description: server for the Paltalk client of 2002
 Users of the unchanged Paltalk 5.0 client sign on to it: pals and messages,
 rooms with text, voice and webcams, and pages for everybody else. One
 program, one SQLite file.
`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ args: Deno.args, options: OPTIONS });
  if (values.help) return console.log(USAGE);
  // The modes of the package's folders must not depend on the builder's umask.
  Deno.umask(0o022);
  const program = await Deno.readFile(resolve(ROOT, values.program));
  const tree = await Deno.makeTempDir({ prefix: "retropal-deb-" });
  try {
    await Deno.chmod(tree, 0o755);
    for (const [path, text] of Object.entries(TEXTS)) {
      await put(tree, path, text);
    }
    await put(tree, "usr/bin/retropal", program, 0o755);
    const man = gzipSync(manPage(ALL));
    await put(tree, "usr/share/man/man1/retropal.1.gz", man);
    await put(tree, COPYRIGHT, await Deno.readFile(join(ROOT, "LICENSE")));
    await put(
      tree,
      "etc/default/retropal",
      await Deno.readFile(join(PACKAGING, "default")),
    );
    const kilobytes = Math.ceil(program.length / 1024);
    await put(tree, "DEBIAN/control", control(values.arch, kilobytes));
    await put(tree, "DEBIAN/conffiles", "/etc/default/retropal\n");
    for (const script of ["postinst", "prerm", "postrm"]) {
      const text = await Deno.readFile(join(PACKAGING, script));
      await put(tree, `DEBIAN/${script}`, text, 0o755);
    }
    const output = resolve(ROOT, values.output);
    await Deno.mkdir(output, { recursive: true });
    const file = join(output, `retropal_${VERSION}_${values.arch}.deb`);
    await build(tree, file);
    console.log(file);
  } finally {
    await Deno.remove(tree, { recursive: true });
  }
}

async function put(
  tree: string,
  path: string,
  content: string | Uint8Array,
  mode = 0o644,
): Promise<void> {
  const file = join(tree, path);
  await Deno.mkdir(dirname(file), { recursive: true });
  const bytes = typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
  await Deno.writeFile(file, bytes, { mode });
}

async function build(tree: string, file: string): Promise<void> {
  const { success } = await new Deno.Command("dpkg-deb", {
    args: ["--root-owner-group", "-Zgzip", "--build", tree, file],
    stdout: "null",
  }).spawn().status;
  if (!success) throw new Error("dpkg-deb failed");
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
