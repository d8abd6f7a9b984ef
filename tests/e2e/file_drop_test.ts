import assert from "node:assert/strict";
import type { PaltalkClient } from "../../lib/client/mod.ts";
import { encodeFileHead } from "../../lib/protocol/file_stream.ts";
import { concat } from "../../lib/protocol/bytes.ts";
import { imIn } from "../../lib/protocol/packets/messages.ts";
import { feedback } from "../../lib/protocol/packets/signon.ts";
import {
  xferAccepted,
  xferRefused,
  xferRequest,
} from "../../lib/protocol/packets/transfers.ts";
import { decodeText, encodeText } from "../../lib/protocol/windows1252.ts";
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

/** Ann sends a file to Bob through the server; the message that they receive. */
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
  const left = [...Deno.readDirSync(`${server.data}/drops`)];
  assert.deepEqual(left, []);
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
