/**
 * Each released program, where nothing else of this project is. The long run
 * of CI builds the archives and the systems; elsewhere these tests are skipped.
 *
 * - RETROPAL_RELEASE: the folder of archives (`deno task release`)
 * - RETROPAL_ROOT: a change root of Debian, for Linux x64 and the .deb
 * - RETROPAL_WINE_ROOT: a change root with Wine 10, for Windows
 * - RETROPAL_ARM64: libraries of Linux arm64, for qemu-aarch64-static
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { VERSION } from "../../lib/version.ts";
import { firstFiveMinutes, type Machine, run } from "./machine.ts";

const RELEASE = Deno.env.get("RETROPAL_RELEASE");
const ROOT = Deno.env.get("RETROPAL_ROOT");
const WINE_ROOT = Deno.env.get("RETROPAL_WINE_ROOT");
const ARM64 = Deno.env.get("RETROPAL_ARM64");

/** In any change root: where the program and its data are put. */
const PLACE = "/opt/retropal-test";

async function shell(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args })
    .output();
  const text = new TextDecoder().decode(stdout);
  assert.ok(success, `${command}: ${text}${new TextDecoder().decode(stderr)}`);
  return text;
}

/** Unpacks an archive of the release; gives the folder of the program. */
async function unpack(target: string, into: string): Promise<string> {
  const name = `retropal-${VERSION}-${target}`;
  const archive = join(RELEASE ?? "", name);
  await Deno.mkdir(into, { recursive: true });
  if (target.startsWith("windows")) {
    await shell("unzip", "-q", `${archive}.zip`, "-d", into);
  } else {
    await shell("tar", "-xzf", `${archive}.tar.gz`, "-C", into);
  }
  return join(into, name);
}

/** Mounts what programs need, and removes afterwards what the test put there. */
async function inRoot(root: string, work: () => Promise<void>): Promise<void> {
  const place = join(root, PLACE);
  const proc = join(root, "proc");
  await Deno.remove(place, { recursive: true }).catch(() => {});
  await shell("mount", "-t", "proc", "proc", proc);
  try {
    await work();
  } finally {
    // Wine's own servers may use it for a moment longer.
    await shell("umount", "--lazy", proc);
    await Deno.remove(place, { recursive: true }).catch(() => {});
  }
}

Deno.test({
  name: "the checksums of a release are right",
  ignore: RELEASE === undefined,
  async fn() {
    const { success } = await new Deno.Command("sha256sum", {
      cwd: RELEASE!,
      args: ["-c", "--quiet", "SHA256SUMS"],
    }).output();
    assert.ok(success);
  },
});

Deno.test({
  name: "Linux x64: the program alone in a change root",
  ignore: RELEASE === undefined || ROOT === undefined,
  fn: () =>
    inRoot(ROOT!, async () => {
      await unpack("linux-x64", join(ROOT!, PLACE));
      const program = join(PLACE, `retropal-${VERSION}-linux-x64`, "retropal");
      await firstFiveMinutes({
        command: ["chroot", ROOT!, program],
        data: join(PLACE, "data"),
      });
    }),
});

Deno.test({
  name: "Debian: the package is installed, used and removed; data stays",
  ignore: RELEASE === undefined || ROOT === undefined,
  fn: () =>
    inRoot(ROOT!, async () => {
      await Deno.mkdir(join(ROOT!, PLACE), { recursive: true });
      await Deno.copyFile(
        join(RELEASE!, `retropal_${VERSION}_amd64.deb`),
        join(ROOT!, PLACE, "retropal.deb"),
      );
      const data = "/var/lib/retropal";
      const installed: Machine = {
        // As the unit would: under the package's own user.
        command: [
          ...["chroot", "--userspec=retropal:retropal", ROOT!],
          "/usr/bin/retropal",
        ],
        data,
      };
      try {
        await shell("chroot", ROOT!, "dpkg", "-i", `${PLACE}/retropal.deb`);
        const { mode } = await Deno.stat(join(ROOT!, data));
        assert.equal(mode! & 0o777, 0o700);
        await firstFiveMinutes(installed);
        const listed = await run(installed, ["user", "list", "--data", data]);
        assert.match(listed.out, /Visitor-second/);
        await shell("chroot", ROOT!, "dpkg", "--remove", "retropal");
        await assert.rejects(Deno.stat(join(ROOT!, "usr/bin/retropal")));
        await Deno.stat(join(ROOT!, data, "retropal.db"));
      } finally {
        await shell("chroot", ROOT!, "dpkg", "--purge", "retropal");
        await Deno.remove(join(ROOT!, data), { recursive: true })
          .catch(() => {});
      }
    }),
});

Deno.test({
  name: "Linux arm64: the program under qemu",
  ignore: RELEASE === undefined || ARM64 === undefined,
  async fn() {
    const work = await Deno.makeTempDir({ prefix: "retropal-arm64-" });
    try {
      const folder = await unpack("linux-arm64", work);
      await firstFiveMinutes({
        command: ["qemu-aarch64-static", join(folder, "retropal")],
        data: join(work, "data"),
        env: { QEMU_LD_PREFIX: ARM64!, HOME: work },
      });
    } finally {
      await Deno.remove(work, { recursive: true });
    }
  },
});

Deno.test({
  name: "Windows x64: the program under Wine",
  ignore: RELEASE === undefined || WINE_ROOT === undefined,
  fn: () =>
    inRoot(WINE_ROOT!, async () => {
      await unpack("windows-x64", join(WINE_ROOT!, PLACE));
      const folder = `retropal-${VERSION}-windows-x64`;
      await firstFiveMinutes({
        command: [
          ...["chroot", WINE_ROOT!, "/usr/bin/wine"],
          join(PLACE, folder, "retropal.exe"),
        ],
        data: `C:\\retropal-data`,
        env: { WINEDEBUG: "-all", HOME: PLACE, WINEPREFIX: `${PLACE}/wine` },
      });
    }),
});
