/**
 * How the program ends.
 *
 * @module
 */
import assert from "node:assert/strict";
import { FIRST_UID, TestServer } from "../support/server.ts";
import { packet, Peer, u32 } from "./support/peer.ts";

const NAMES = ["Ann", "Bob", "Absent"];
const [ANN, BOB, ABSENT] = NAMES.map((_, n) => FIRST_UID + n) as [
  number,
  number,
  number,
];

Deno.test("SIGTERM tells everybody, keeps what was accepted, and ends with 0 in a bound", async () => {
  let server = await TestServer.start({ users: NAMES });
  try {
    const [ann, bob] = [
      await (await Peer.connect(server.ready.chat)).signOn(ANN),
      await (await Peer.connect(server.ready.chat)).signOn(BOB),
    ];
    const halfway = await Peer.connect(server.ready.chat);
    await halfway.greet(ABSENT);
    for (let n = 0; n < 20; n++) await ann.send("IM_OUT", u32(ABSENT), `${n}`);
    await ann.settled();
    for (const peer of [ann, bob]) peer.inbox.length = 0;
    const began = performance.now();
    const code = server.stop();
    // The farewell, in whatever form, arrives before the end.
    for (const peer of [ann, bob]) {
      await peer.ended();
      assert.equal(peer.inbox.length, 1, "nobody said goodbye");
      peer.close();
    }
    halfway.close();
    assert.equal(await code, 0);
    assert.ok(performance.now() - began < 8000);
    server = await server.restart();
    const absent = await (await Peer.connect(server.ready.chat)).signOn(ABSENT);
    await absent.until(
      () => absent.count("IM_IN") + absent.count("NEW_STYLE_IM") === 20,
      "all messages",
    );
    absent.close();
  } finally {
    await server[Symbol.asyncDispose]();
  }
});

Deno.test("SIGTERM does not wait for who has stopped reading", async () => {
  const server = await TestServer.start({
    users: NAMES,
    settings: { "limits.packet_burst": "100000" },
  });
  try {
    const ann = await (await Peer.connect(server.ready.chat)).signOn(ANN);
    const mute = await (await Peer.connect(server.ready.chat)).signOn(BOB);
    // It stops reading, so the data fills the kernel's buffers and then its
    // queue.
    mute.conn.read = () => new Promise(() => {});
    const line = packet("IM_OUT", u32(BOB), "x".repeat(1900));
    for (let n = 0; n < 2100; n++) await ann.write(line);
    await ann.settled();
    const began = performance.now();
    assert.equal(await server.stop(), 0);
    assert.ok(performance.now() - began < 8000);
    ann.close();
    mute.close();
  } finally {
    await server[Symbol.asyncDispose]();
  }
});

Deno.test("a second signal ends the process at once", async () => {
  const server = await TestServer.start({ users: NAMES });
  try {
    const silent = await (await Peer.connect(server.ready.chat)).signOn(ANN);
    const { pid } = server.ready;
    Deno.kill(pid, "SIGTERM");
    Deno.kill(pid, "SIGINT");
    const began = performance.now();
    assert.equal(await server.stop(), 1);
    assert.ok(performance.now() - began < 1000);
    silent.close();
  } finally {
    await server[Symbol.asyncDispose]();
  }
});

Deno.test("SIGTERM ends the server although nobody reads its log", async () => {
  const data = await Deno.makeTempDir({ prefix: "retropal-test-" });
  const root = new URL("../../", import.meta.url);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", new URL("main.ts", root).pathname, "serve"],
      ...["--data", data, "--bind", "127.0.0.1", "--no-web"],
      ...[
        "--chat-port",
        "0",
        "--voice-port",
        "0",
        "--video-port",
        "0",
        "--log-level",
        "debug",
      ],
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  try {
    const reader = child.stdout.getReader();
    let text = "";
    while (!text.includes("\n")) {
      const { value, done } = await reader.read();
      assert.ok(!done, "the server ended");
      text += new TextDecoder().decode(value);
    }
    const { chat } = JSON.parse(text.slice("ready ".length));
    // Two debug lines each: more than a pipe holds while its reader has
    // stopped.
    for (let n = 0; n < 600; n++) {
      const peer = await Peer.connect(chat);
      peer.close();
      await peer.ended();
    }
    const began = performance.now();
    child.kill("SIGTERM");
    const { code } = await child.status;
    assert.equal(code, 0);
    assert.ok(performance.now() - began < 8000);
    await reader.cancel();
  } finally {
    await child.stderr.cancel();
    await Deno.remove(data, { recursive: true });
  }
});
