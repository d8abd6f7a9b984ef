import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Peer } from "./support/peer.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

Deno.test({
  name:
    "a server that may open no more files goes on, says so once, and takes people again",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const data = await Deno.makeTempDir({ prefix: "retropal-files-" });
    const serve = `ulimit -n 90; exec "${Deno.execPath()}" run -A "${MAIN}" ` +
      `serve --data "${data}" --bind 127.0.0.1 --chat-port 0 --voice-port 0 --no-web`;
    const child = new Deno.Command("sh", {
      args: ["-c", serve],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const log = new Response(child.stderr).text();
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let said = "";
    while (!said.includes("\n")) said += (await lines.read()).value ?? "\n";
    const { chat } = JSON.parse(said.slice("ready ".length));
    const crowd: Peer[] = [];
    for (let n = 0; n < 150; n++) crowd.push(await Peer.connect(chat));
    // Silent connections are dropped after two seconds to make room.
    const late = await Peer.connect(chat);
    await late.greet(1000002);
    for (const peer of [...crowd, late]) peer.close();
    const after = await Peer.connect(chat);
    await after.greet(1000002);
    after.close();
    child.kill("SIGTERM");
    const { code } = await child.status;
    await lines.cancel();
    assert.equal(code, 0);
    const refusals = (await log).match(/cannot accept: .*Too many open files/g);
    assert.ok(refusals !== null && refusals.length <= 2, await log);
    await Deno.remove(data, { recursive: true });
  },
});

Deno.test({
  name: "commands of the host work when clients have used up all files",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const data = await Deno.makeTempDir({ prefix: "retropal-files-" });
    const run = (script: string) =>
      new Deno.Command("sh", {
        args: ["-c", script],
        stdout: "piped",
        stderr: "piped",
      });
    const program = `"${Deno.execPath()}" run -A "${MAIN}"`;
    const child = run(
      `ulimit -n 120; exec ${program} serve --data "${data}" ` +
        "--bind 127.0.0.1 --chat-port 0 --voice-port 0 --video-port 0 --no-web",
    ).spawn();
    const log = new Response(child.stderr).text();
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let said = "";
    while (!said.includes("\n")) said += (await lines.read()).value ?? "\n";
    const { chat } = JSON.parse(said.slice("ready ".length));
    // Connections that return as soon as they are closed.
    let storm = true;
    const crowd = Array.from({ length: 200 }, async () => {
      while (storm) {
        const peer = await Peer.connect(chat);
        await Promise.race([
          peer.ended().catch(() => {}),
          new Promise((go) => setTimeout(go, 3000)),
        ]);
        peer.close();
      }
    });
    await new Promise((go) => setTimeout(go, 1500));
    for (
      const command of [
        "status",
        "user list",
        `backup "${data}/copy.db"`,
      ]
    ) {
      const began = performance.now();
      const { code, stdout, stderr } = await run(
        `exec timeout 30 ${program} ${command} --data "${data}"`,
      ).output();
      const text = new TextDecoder().decode(stdout) +
        new TextDecoder().decode(stderr);
      assert.equal(code, 0, `${command}: ${text}`);
      assert.ok(performance.now() - began < 20_000, command);
    }
    storm = false;
    await Promise.all(crowd);
    child.kill("SIGTERM");
    await child.status;
    await lines.cancel();
    const written = (await log).split("\n").length;
    assert.ok(written < 100, `${written} lines of log`);
    await Deno.remove(data, { recursive: true });
  },
});
