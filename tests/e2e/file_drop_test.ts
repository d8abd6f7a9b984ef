import assert from "node:assert/strict";
import type { PaltalkClient } from "../../lib/client/mod.ts";
import { encodeFileHead } from "../../lib/protocol/file_stream.ts";
import { concat } from "../../lib/protocol/bytes.ts";
import { imIn, newStyleIm } from "../../lib/protocol/packets/messages.ts";
import { feedback } from "../../lib/protocol/packets/signon.ts";
import {
  xferAccepted,
  xferRefused,
  xferRequest,
} from "../../lib/protocol/packets/transfers.ts";
import { decodeText, encodeText } from "../../lib/protocol/windows1252.ts";
import { dataFolder } from "../../lib/config/data_folder.ts";
import { freePort } from "../support/web/free_port.ts";
import { TestServer } from "../support/server.ts";

async function start(settings: Record<string, string> = {}) {
  return await TestServer.start({
    users: ["Ann", "Bob"],
    web: true,
    settings: {
      "files.drop": "true",
      "web.port": String(freePort()),
      ...settings,
    },
  });
}

/**
 * Ann sends a file to Bob through the server. Returns the message that Bob
 * receives.
 */
async function sent(
  ann: PaltalkClient,
  bob: PaltalkClient,
  name: string,
  data: Uint8Array,
): Promise<void> {
  await ann.send(xferRequest, { uid: bob.uid, port: 2090 });
  const { uid, address, port } = await ann.expect(xferAccepted);
  assert.equal(uid, bob.uid);
  const conn = await Deno.connect({ hostname: address, port });
  const file = concat([encodeFileHead(encodeText(name), data.length), data]);
  for (let rest = file; rest.length > 0;) {
    rest = rest.subarray(await conn.write(rest));
  }
  conn.close();
  await ann.expect(xferRefused);
}

/**
 * Waits until the file is removed, which happens when its receiver has all of
 * it.
 */
async function emptied(folder: string): Promise<void> {
  const deadline = Date.now() + 5000;
  while ([...Deno.readDirSync(folder)].length > 0) {
    assert.ok(Date.now() < deadline, "nothing is left in the folder");
    await new Promise((go) => setTimeout(go, 20));
  }
}

Deno.test("a file waits on the server, and its link gives it once", async () => {
  await using server = await start();
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  const data = new Uint8Array(70_000).map((_, i) => i * 7);
  await sent(ann, bob, "C:\\docs\\caf\u00e9.bin", data);
  const { from, text } = await bob.expect(imIn);
  assert.equal(from, 1000001);
  const message = decodeText(text);
  assert.match(
    message,
    /^Ann sends you the file "caf\u00e9\.bin" \(70000 bytes\)/,
  );
  assert.match(message, /Nobody has checked it/);
  const link = message.match(/http:\S+\/drop\/[0-9a-f]{40}$/)![0];

  const page = await fetch(link);
  assert.match(await page.text(), /may harm your computer/);
  assert.equal((await fetch(link)).status, 200, "looking does not take it");
  const answer = await fetch(link, { method: "POST" });
  assert.match(answer.headers.get("content-disposition")!, /^attachment;/);
  assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), data);
  const again = await fetch(link, { method: "POST" });
  assert.equal(again.status, 404);
  await again.body?.cancel();
  await emptied(`${server.data}/drops`);
});

Deno.test("of many requests at once one receives the file", async () => {
  await using server = await start();
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  const data = new Uint8Array(300_000).map((_, i) => i * 5);
  await sent(ann, bob, "a.bin", data);
  const { text } = await bob.expect(imIn);
  const [, id = ""] = decodeText(text).match(/\/drop\/([0-9a-f]{40})$/)!;
  const answers = await Promise.all(
    Array.from(
      { length: 8 },
      () => fetch(link(server, id), { method: "POST" }),
    ),
  );
  const statuses = answers.map(({ status }) => status).sort();
  const bodies = await Promise.all(answers.map((one) => one.bytes()));
  assert.deepEqual(statuses, [200, ...Array(7).fill(404)]);
  const whole = bodies[answers.findIndex(({ status }) => status === 200)];
  assert.deepEqual(whole, data);
  await emptied(`${server.data}/drops`);
});

Deno.test("a file above the quota is not taken, and none beside the drop", async () => {
  await using server = await start({ "files.drop_user_bytes": "1000" });
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  await sent(ann, bob, "small", new Uint8Array(1000)).catch(() => {});
  await bob.expect(imIn);
  await ann.send(xferRequest, { uid: bob.uid, port: 2090 });
  const { text } = await ann.expect(feedback, ({ code }) => code !== 0);
  assert.match(text, /quota is used up/);
});

Deno.test("a file that waits survives a restart, planned or not", async () => {
  const first = await start();
  await using ann = await first.signOn("Ann");
  await using bob = await first.signOn("Bob");
  const data = new Uint8Array(100_000).map((_, i) => i * 3);
  await sent(ann, bob, "a.bin", data);
  const { text } = await bob.expect(imIn);
  const [, id = ""] = decodeText(text).match(/\/drop\/([0-9a-f]{40})$/)!;
  const { drops } = dataFolder(first.data);
  await Deno.writeTextFile(`${drops}/${"0".repeat(40)}`, "half a file");
  await first.run("restart");
  assert.equal(await first.exited(), 75);
  const second = await first.restart();
  assert.equal((await fetch(link(second, id))).status, 200);
  await (await fetch(link(second, id))).body?.cancel();
  await second.stop();
  const third = await second.restart();
  await third.kill9();
  await using last = await third.restart();
  const answer = await fetch(link(last, id), { method: "POST" });
  assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), data);
  await emptied(drops);
});

const link = (server: TestServer, id: string) =>
  `http://${server.ready.web}/drop/${id}`;

Deno.test("an upload that a restart breaks off is told to its sender", async () => {
  const first = await start();
  await using ann = await first.signOn("Ann");
  await using bob = await first.signOn("Bob");
  await ann.send(xferRequest, { uid: bob.uid, port: 2090 });
  const { address, port } = await ann.expect(xferAccepted);
  using conn = await Deno.connect({ hostname: address, port });
  await conn.write(encodeFileHead(encodeText("a"), 1_000_000));
  await conn.write(new Uint8Array(1000));
  await first.run("restart");
  assert.equal(await first.exited(), 75);
  await using second = await first.restart();
  await using back = await second.signOn("Ann");
  const message = await back.expect(newStyleIm, undefined, 5000)
    .catch(() => back.expect(imIn));
  assert.match(decodeText(message.text), /Bob did not arrive/);
  await emptied(`${second.data}/drops`);
});

Deno.test("a download that breaks off can be tried again", async () => {
  await using server = await start();
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  const data = new Uint8Array(20_000_000).fill(7);
  await sent(ann, bob, "long.bin", data);
  const { text } = await bob.expect(imIn);
  const [, id = ""] = decodeText(text).match(/\/drop\/([0-9a-f]{40})$/)!;
  const [hostname = "", port] = server.ready.web!.split(":");
  const conn = await Deno.connect({ hostname, port: Number(port) });
  await conn.write(encodeText(
    `POST /drop/${id} HTTP/1.1\r\nHost: ${server.ready.web}\r\n` +
      `Origin: http://${server.ready.web}\r\nContent-Length: 0\r\n\r\n`,
  ));
  await conn.read(new Uint8Array(1000));
  // Another user cannot download it in the meantime.
  const meanwhile = await fetch(link(server, id), { method: "POST" });
  assert.equal(meanwhile.status, 404);
  await meanwhile.body?.cancel();
  conn.close();
  const deadline = Date.now() + 10_000;
  for (;;) {
    const again = await fetch(link(server, id), { method: "POST" });
    if (again.status === 200) {
      assert.equal((await again.arrayBuffer()).byteLength, data.length);
      return;
    }
    await again.body?.cancel();
    assert.ok(Date.now() < deadline, "it is back");
    await new Promise((go) => setTimeout(go, 50));
  }
});
