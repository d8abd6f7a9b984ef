/**
 * Environments for each released program, without anything else of this
 * project. The long run of CI builds the archives and the systems, and names
 * them in the environment:
 *
 * - RETROPAL_RELEASE: the folder of archives (`deno task release`)
 * - RETROPAL_ROOT: a chroot of Debian, for Linux x64 and packages
 * - RETROPAL_WINE_ROOT: a chroot with Wine 10, for Windows
 * - RETROPAL_ARM64: libraries of Linux arm64, for qemu-aarch64-static
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { VERSION } from "../../lib/version.ts";
import type { Machine } from "./machine.ts";

export const RELEASE = Deno.env.get("RETROPAL_RELEASE");
export const ROOT = Deno.env.get("RETROPAL_ROOT");
const WINE_ROOT = Deno.env.get("RETROPAL_WINE_ROOT");
const ARM64 = Deno.env.get("RETROPAL_ARM64");

/** Folder in each chroot for the program and its data. */
export const PLACE = "/opt/retropal-test";

/** A program unpacked from its archive. */
export interface Unpacked {
  readonly machine: Machine;
  /** Folder of the archive, as seen from outside. */
  readonly folder: string;
  /** Empty home of the user, as seen from outside. */
  readonly home: string;
}

export interface Place {
  /** Target, as in the archive's name. */
  readonly target: string;
  readonly how: string;
  readonly available: boolean;
  /** Unpacks the program, and removes everything when `work` is finished. */
  readonly use: (work: (program: Unpacked) => Promise<void>) => Promise<void>;
}

export const PLACES: readonly Place[] = [
  {
    target: "linux-x64",
    how: "in a change root",
    available: RELEASE !== undefined && ROOT !== undefined,
    use: (work) =>
      inRoot(ROOT!, async (outside) => {
        const folder = await unpack("linux-x64", outside);
        await work({
          folder,
          home: await emptyHome(outside),
          machine: {
            command: [
              ...["chroot", ROOT!],
              join(PLACE, folderName("linux-x64"), "retropal"),
            ],
            data: join(PLACE, "data"),
            env: { HOME: join(PLACE, "home") },
          },
        });
      }),
  },
  {
    target: "linux-arm64",
    how: "under qemu-user",
    available: RELEASE !== undefined && ARM64 !== undefined,
    async use(work) {
      const outside = await Deno.makeTempDir({ prefix: "retropal-arm64-" });
      try {
        const folder = await unpack("linux-arm64", outside);
        const home = await emptyHome(outside);
        await work({
          folder,
          home,
          machine: {
            command: ["qemu-aarch64-static", join(folder, "retropal")],
            data: join(outside, "data"),
            env: { QEMU_LD_PREFIX: ARM64!, HOME: home },
          },
        });
      } finally {
        await Deno.remove(outside, { recursive: true });
      }
    },
  },
  {
    target: "windows-x64",
    how: "under Wine",
    available: RELEASE !== undefined && WINE_ROOT !== undefined,
    use: (work) =>
      inRoot(WINE_ROOT!, async (outside) => {
        const folder = await unpack("windows-x64", outside);
        await work({
          folder,
          home: await emptyHome(outside),
          machine: {
            command: [
              ...["chroot", WINE_ROOT!, "/usr/bin/wine"],
              join(PLACE, folderName("windows-x64"), "retropal.exe"),
            ],
            data: `C:\\retropal-data`,
            env: {
              WINEDEBUG: "-all",
              HOME: join(PLACE, "home"),
              WINEPREFIX: join(PLACE, "wine"),
            },
          },
        });
      }),
  },
];

const folderName = (target: string) => `retropal-${VERSION}-${target}`;

/** Runs a command that must succeed. Returns its standard output. */
export async function shell(
  command: string,
  ...args: string[]
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args })
    .output();
  const text = new TextDecoder().decode(stdout);
  assert.ok(success, `${command}: ${text}${new TextDecoder().decode(stderr)}`);
  return text;
}

/** Unpacks an archive of the release. Returns the folder of the program. */
async function unpack(target: string, into: string): Promise<string> {
  const name = folderName(target);
  const archive = join(RELEASE ?? "", name);
  await Deno.mkdir(into, { recursive: true });
  if (target.startsWith("windows")) {
    await shell("unzip", "-q", `${archive}.zip`, "-d", into);
  } else {
    await shell("tar", "-xzf", `${archive}.tar.gz`, "-C", into);
  }
  return join(into, name);
}

async function emptyHome(outside: string): Promise<string> {
  const home = join(outside, "home");
  await Deno.mkdir(home);
  return home;
}

/**
 * Mounts what programs need, and removes it after `work`, which gets the folder
 * as seen from outside.
 */
export async function inRoot(
  root: string,
  work: (outside: string) => Promise<void>,
): Promise<void> {
  const outside = join(root, PLACE);
  const proc = join(root, "proc");
  await Deno.remove(outside, { recursive: true }).catch(() => {});
  await shell("mount", "-t", "proc", "proc", proc);
  try {
    await Deno.mkdir(outside, { recursive: true });
    await work(outside);
  } finally {
    // Wine's own servers may use it a moment longer.
    await shell("umount", "--lazy", proc);
    await Deno.remove(outside, { recursive: true }).catch(() => {});
  }
}
