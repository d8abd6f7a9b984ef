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
    // Those who say nothing give way after two seconds.
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
