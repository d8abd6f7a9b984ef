/**
 * When clients have used up all file descriptors, the host's commands still
 * work.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { PASSWORD, Peer } from "../reliability/support/peer.ts";
import { FIRST_UID, runCli } from "../support/server.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const DESCRIPTORS = 200;
/**
 * Milliseconds for a command, which starts a process on a possibly busy
 * machine.
 */
const DEADLINE_MS = 30_000;

Deno.test({
  name: "status, user add and backup answer while no descriptor is left",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "retropal-files-" });
    const data = `${folder}/data`;
    // Connections of users who are online are not closed to make room.
    const users = Array.from({ length: DESCRIPTORS }, (_, n) => ({
      nickname: `User ${n}`,
      password: PASSWORD,
    }));
    await Deno.writeTextFile(`${folder}/users.json`, JSON.stringify(users));
    const imported = await runCli([
      ...["user", "import", `${folder}/users.json`, "--data", data],
    ]);
    assert.equal(imported.code, 0, imported.err);
    const child = new Deno.Command("sh", {
      args: [
        ...["-c", `ulimit -n ${DESCRIPTORS} && exec "$0" "$@"`],
        ...[Deno.execPath(), "run", "-A", "--quiet", MAIN, "serve"],
        ...["--data", data, "--bind", "127.0.0.1", "--chat-port", "0"],
        ...["--voice-port", "0", "--no-web", "--no-video"],
      ],
      env: { NO_COLOR: "1", RETROPAL_AUTH_SCRYPT_LOG2N: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const log = new Response(child.stderr).text();
    const held: Peer[] = [];
    try {
      const port = await chatPort(child.stdout);
      // More than the process may open; the others stay in the backlog.
      for (let n = 0; n < DESCRIPTORS; n++) {
        const peer = await Peer.connect(`127.0.0.1:${port}`);
        held.push(peer);
        const online = await within(2000, peer.signOn(FIRST_UID + n, PASSWORD));
        if (!online) break;
      }
      const commands: [string[], string?][] = [
        [["status"]],
        [["user", "add", "Ann", "--password-stdin"], "secret11\n"],
        [["backup", `${folder}/copy.db`]],
      ];
      for (const [words, input] of commands) {
        const began = performance.now();
        const { code, err } = await runCli([...words, "--data", data], input);
        assert.equal(code, 0, `${words.join(" ")}: ${err}`);
        const ms = performance.now() - began;
        assert.ok(ms < DEADLINE_MS, `${words.join(" ")} took ${ms} ms`);
      }
    } finally {
      for (const peer of held) peer.close();
      child.kill("SIGKILL");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    }
    // Proves that they were used up.
    assert.match(await log, /cannot accept: |file descriptors kept/);
  },
});

/** Returns whether the work is finished in time. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), ms);
  const done = work.then(() => true, () => false);
  const result = await Promise.race([done, late.promise]);
  clearTimeout(timer);
  return result;
}

async function chatPort(
  output: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<number> {
  let text = "";
  const reader = output.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    assert.ok(!done, "the server did not start");
    text += value;
    const [, json] = /^ready (\{.*\})$/m.exec(text) ?? [];
    if (json === undefined) continue;
    void (async () => {
      while (!(await reader.read()).done);
    })();
    return Number(JSON.parse(json).chat.split(":").at(-1));
  }
}
