/**
 * The image that was built from the Containerfile, with the user, entry point
 * and environment that it names, as compose.yaml runs it: process 1 of its own
 * PID namespace, a read-only file system but for /data, no capabilities. No
 * engine is needed; the long run of CI builds the image with buildah.
 *
 * - RETROPAL_IMAGE: the mounted file system of the image
 * - RETROPAL_IMAGE_CONFIG: what `buildah inspect --type image` says of it
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { firstFiveMinutes, type Machine, ok, serve } from "./machine.ts";

const IMAGE = Deno.env.get("RETROPAL_IMAGE");
const CONFIG = Deno.env.get("RETROPAL_IMAGE_CONFIG");

interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly Healthcheck: { readonly Test: readonly string[] };
  readonly Volumes: Readonly<Record<string, unknown>>;
}

function imageConfig(): ImageConfig {
  return JSON.parse(Deno.readTextFileSync(CONFIG ?? "")).Docker.config;
}

/** Runs what follows IMAGE and USER as an engine would. */
const RUN = `
  set -eu
  image=$1 user=$2
  shift 2
  mount --bind "$image" "$image"
  mount --bind "$image/data" "$image/data"
  mount -o remount,bind,ro "$image"
  mount -t proc proc "$image/proc"
  exec chroot "$image" setpriv --reuid "$user" --regid "$user" --clear-groups \\
    --bounding-set=-all --inh-caps=-all --no-new-privs "$@"
`;

function inImage(command: readonly string[], config: ImageConfig): Machine {
  return {
    command: [
      ...["unshare", "--fork", "--kill-child", "--pid", "--mount", "sh"],
      ...["-c", RUN, "sh", IMAGE!, config.User, ...command],
    ],
    data: "/data",
    env: Object.fromEntries(
      config.Env.map((line) => line.split(/=(.*)/s).slice(0, 2)),
    ),
  };
}

async function withFreshData(work: () => Promise<void>) {
  const data = join(IMAGE!, "data");
  try {
    await work();
  } finally {
    for await (const { name } of Deno.readDir(data)) {
      await Deno.remove(join(data, name), { recursive: true });
    }
  }
}

Deno.test({
  name: "the image serves with a read-only file system and no rights",
  ignore: IMAGE === undefined,
  fn: () =>
    withFreshData(async () => {
      const config = imageConfig();
      assert.deepEqual(config.Cmd, ["serve"]);
      assert.deepEqual(Object.keys(config.Volumes), ["/data"]);
      assert.notEqual(config.User, "0");
      await firstFiveMinutes(inImage(config.Entrypoint, config));
    }),
});

Deno.test({
  name: "the image's health check answers, and SIGTERM ends its process 1",
  ignore: IMAGE === undefined,
  fn: () =>
    withFreshData(async () => {
      const config = imageConfig();
      const machine = inImage(config.Entrypoint, config);
      const server = await serve(machine);
      const [kind, program = "", ...args] = config.Healthcheck.Test;
      assert.equal(kind, "CMD");
      await ok(inImage([program], config), args);
      const init = await processOne(server.pid);
      const status = await Deno.readTextFile(`/proc/${init}/status`);
      assert.match(status, /^NSpid:\s+\d+\s+1$/m);
      assert.match(status, /^CapEff:\s+0+$/m);
      assert.match(status, new RegExp(`^Uid:\\s+${config.User}\\s`, "m"));
      Deno.kill(init, "SIGTERM");
      assert.equal(await server.ended(), 0);
      // Without a server the check fails.
      await assert.rejects(ok(inImage([program], config), args));
    }),
});

/** The child of `unshare`. */
async function processOne(pid: number): Promise<number> {
  const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  return Number(children.trim());
}
