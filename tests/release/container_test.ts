/**
 * The container's entry point without a container engine: tini as process 1 of
 * a PID namespace, with the program below it. Needs root, unshare and tini.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const PROGRAM = Deno.env.get("RETROPAL_BIN");
const TINI = "/usr/bin/tini";
const CONTAINERFILE = fileURLToPath(
  new URL("../../packaging/container/Containerfile", import.meta.url),
);

function canUnshare(): boolean {
  try {
    return Deno.uid() === 0 && Deno.statSync(TINI).isFile &&
      PROGRAM !== undefined;
  } catch {
    return false;
  }
}

/**
 * Returns the first child; the first child of `unshare` is process 1 inside.
 */
async function childOf(pid: number): Promise<number> {
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    const children = await Deno.readTextFile(
      `/proc/${pid}/task/${pid}/children`,
    ).catch(() => "");
    if (children.trim() !== "") return Number(children.trim().split(" ")[0]);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`process ${pid} has no child`);
}

function start(data: string): Deno.ChildProcess {
  return new Deno.Command("unshare", {
    args: [
      ...["--fork", "--pid", "--mount-proc", TINI, "--", PROGRAM!, "serve"],
      ...["--bind", "127.0.0.1", "--chat-port", "0", "--voice-port", "0"],
      ...["--web-port", "0"],
    ],
    env: { RETROPAL_DATA: data, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test({
  name: "as a container's process SIGTERM ends the server, early and late",
  ignore: !canUnshare(),
  async fn() {
    const data = await Deno.makeTempDir({ prefix: "retropal-container-" });
    try {
      const early = start(data);
      const init = await childOf(early.pid);
      // The program has started, but has not installed its signal handlers yet.
      await childOf(init);
      Deno.kill(init, "SIGTERM");
      await early.output();

      const late = start(data);
      const errors = new Response(late.stderr).text();
      const reader = late.stdout.pipeThrough(new TextDecoderStream())
        .getReader();
      let text = "";
      while (!text.includes("ready ")) {
        const { value, done } = await reader.read();
        if (done) throw new Error(await errors);
        text += value;
      }
      Deno.kill(await childOf(late.pid), "SIGTERM");
      await reader.cancel();
      assert.equal((await late.status).code, 0, await errors);
    } finally {
      await Deno.remove(data, { recursive: true });
    }
  },
});

Deno.test("the Containerfile opens the ports that the server serves", async () => {
  const text = await Deno.readTextFile(CONTAINERFILE);
  const exposed = /^EXPOSE (.*)$/m.exec(text)?.[1]?.split(" ");
  assert.deepEqual(exposed, [
    "5001/tcp",
    "2090/tcp",
    "2090/udp",
    "2092/tcp",
    "8080/tcp",
  ]);
  // Passwords and keys must not be in an image.
  assert.doesNotMatch(text, /password|secret|token/i);
  assert.match(text, /^USER 20020$/m);
});
