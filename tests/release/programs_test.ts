/**
 * Each released program in an environment without this project; skipped where
 * places.ts finds none.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { VERSION } from "../../lib/version.ts";
import { firstFiveMinutes, type Machine, run } from "./machine.ts";
import { inRoot, PLACE, PLACES, RELEASE, ROOT, shell } from "./places.ts";

/** Folders that Wine creates in a home. */
const OF_WINE = new Set([".cache", ".config", ".local"]);

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

for (const { target, how, available, use } of PLACES) {
  Deno.test({
    name: `${target} ${how}: unpacked, used, and gone without a trace`,
    ignore: !available,
    fn: () =>
      use(async ({ machine, folder, home }) => {
        const before = await names(folder);
        await firstFiveMinutes(machine);
        // Deleting the two folders uninstalls it, because there is nothing
        // else.
        assert.deepEqual(await names(folder), before);
        const left = (await names(home)).filter((name) =>
          target !== "windows-x64" || !OF_WINE.has(name)
        );
        assert.deepEqual(left, []);
      }),
  });
}

Deno.test({
  name: "install.sh: the released program is installed, used and updated",
  ignore: RELEASE === undefined || Deno.build.os !== "linux",
  async fn() {
    const home = await Deno.makeTempDir({ prefix: "retropal-install-" });
    const installer = join(RELEASE!, "install.sh");
    const install = async () => {
      const { code, stdout, stderr } = await new Deno.Command("sh", {
        args: [installer, "--from", RELEASE!],
        env: { HOME: home, PATH: "/usr/bin:/bin" },
        clearEnv: true,
      }).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
      return new TextDecoder().decode(stdout);
    };
    try {
      const program = join(home, ".local/bin/retropal");
      assert.match(await install(), /^Installed retropal .*retropal serve/s);
      await firstFiveMinutes({ command: [program], data: `${home}/data` });
      await install();
      assert.deepEqual(await names(join(home, ".local/bin")), [
        "retropal",
        "retropal.previous",
      ]);
      assert.deepEqual(await names(home), [".local", "data"]);
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
});

Deno.test({
  name: "Debian: the package is installed, used and removed; data stays",
  ignore: RELEASE === undefined || ROOT === undefined,
  fn: () =>
    inRoot(ROOT!, async (outside) => {
      await Deno.copyFile(
        join(RELEASE!, `retropal_${VERSION}_amd64.deb`),
        join(outside, "retropal.deb"),
      );
      const data = "/var/lib/retropal";
      const installed: Machine = {
        // Like the unit: as the package's own user.
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

async function names(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(folder)) found.push(name);
  return found.sort();
}
