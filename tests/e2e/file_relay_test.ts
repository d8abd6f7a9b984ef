import assert from "node:assert/strict";
import type { PaltalkClient } from "../../lib/client/mod.ts";
import { encodeFileHead } from "../../lib/protocol/file_stream.ts";
import { concat } from "../../lib/protocol/bytes.ts";
import { imIn } from "../../lib/protocol/packets/messages.ts";
import {
  xferAccept,
  xferAccepted,
  xferOffer,
  xferRefuse,
  xferRefused,
  xferRequest,
} from "../../lib/protocol/packets/transfers.ts";
import { decodeText, encodeText } from "../../lib/protocol/windows1252.ts";
import { TestServer } from "../support/server.ts";

const start = (settings: Record<string, string> = {}) =>
  TestServer.start({
    users: ["Ann", "Bob"],
    settings: { "files.relay": "true", ...settings },
  });

/**
 * Ann offers a file and Bob accepts at that port. Returns the address that Ann
 * is given.
 */
async function accepted(ann: PaltalkClient, bob: PaltalkClient, port: number) {
  await ann.send(xferRequest, { uid: bob.uid, port: 2090 });
  await bob.expect(xferOffer);
  await bob.send(xferAccept, { uid: ann.uid, port });
  return await ann.expect(xferAccepted);
}

async function readAll(conn: Deno.TcpConn): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of conn.readable) parts.push(part);
  return concat(parts);
}

/** Sends a file like the client. Returns false when the connection breaks. */
async function sendFile(
  { address, port }: { address: string; port: number },
  bytes: Uint8Array,
): Promise<boolean> {
  const conn = await Deno.connect({ hostname: address, port });
  try {
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(await conn.write(rest));
    }
    await conn.closeWrite();
    return (await conn.read(new Uint8Array(1)).catch(() => null)) === null;
  } catch {
    return false;
  } finally {
    conn.close();
  }
}

Deno.test("files of 1, 70,000 and 5,000,000 bytes come through the relay unchanged", async () => {
  await using server = await start();
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  for (const size of [1, 70_000, 5_000_000]) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const receiving = listener.accept().then(readAll);
    const where = await accepted(ann, bob, port);
    assert.equal(where.uid, bob.uid);
    assert.equal(where.address, "127.0.0.1");
    assert.notEqual(where.port, port, "the server's own port");
    const data = new Uint8Array(size).map((_, i) => i * 31);
    const file = concat([
      encodeFileHead(encodeText("caf\u00e9.bin"), size),
      data,
    ]);
    await sendFile(where, file);
    assert.deepEqual(await receiving, file);
    await bob.send(xferRefuse, { uid: ann.uid });
    await ann.expect(xferRefused);
  }
});

Deno.test("a receiver that cannot be dialled: the sender is told, and the receiver why", async () => {
  await using server = await start();
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr as Deno.NetAddr;
  probe.close();
  for (const nowhere of [port, 80]) {
    await ann.send(xferRequest, { uid: bob.uid, port: 2090 });
    await bob.expect(xferOffer);
    await bob.send(xferAccept, { uid: ann.uid, port: nowhere });
    assert.deepEqual(await ann.expect(xferRefused), { uid: bob.uid });
    const { text } = await bob.expect(imIn);
    assert.match(decodeText(text), /Press Stop/);
  }
});

Deno.test("the relay carries no file above its limit, and nothing that is none", async () => {
  await using server = await start({ "files.relay_bytes": "1000" });
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  const large = concat([
    encodeFileHead(encodeText("a"), 1001),
    new Uint8Array(1001),
  ]);
  for (const bytes of [large, encodeText("GET / HTTP/1.1\r\n\r\n")]) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const receiving = listener.accept().then(readAll).catch(() => undefined);
    await sendFile(await accepted(ann, bob, port), bytes);
    assert.ok(((await receiving)?.length ?? 0) === 0);
  }
});
