import assert from "node:assert/strict";
import type { PaltalkClient } from "../../lib/client/mod.ts";
import { feedback } from "../../lib/protocol/packets/signon.ts";
import { blockBuddy } from "../../lib/protocol/packets/pals.ts";
import {
  callAccept,
  callAccepted,
  callEnded,
  callHangup,
  callOffer,
  callRefuse,
  callRequest,
  xferAccept,
  xferAccepted,
  xferOffer,
  xferRefuse,
  xferRefused,
  xferRequest,
} from "../../lib/protocol/packets/transfers.ts";
import { TestServer } from "../support/server.ts";

const start = () => TestServer.start({ users: ["Ann", "Bob"] });

/** Port on which the client listens for files and calls. */
const PORT = 0x082a;

async function offerFile(from: PaltalkClient, to: PaltalkClient) {
  await from.send(xferRequest, { uid: to.uid, port: PORT });
  const offer = await to.expect(xferOffer, ({ uid }) => uid === from.uid);
  assert.deepEqual(offer, {
    uid: from.uid,
    nickname: from.nickname,
    first: "-",
    last: "-",
    address: "127.0.0.1",
    port: PORT,
  });
}

Deno.test("a file offer is accepted: the sender is told where, and at the end that it is done", async () => {
  await using server = await start();
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  await offerFile(ann, bob);
  // Like the client: it listens before it accepts.
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  await bob.send(xferAccept, { uid: ann.uid, port });
  const where = await ann.expect(xferAccepted);
  assert.deepEqual(where, { uid: bob.uid, address: "127.0.0.1", port });

  const [incoming, outgoing] = await Promise.all([
    listener.accept(),
    Deno.connect({ hostname: where.address, port: where.port }),
  ]);
  // u16 length, name, u32 size, all little-endian, then the file.
  const file = Uint8Array.of(5, 0, ...new TextEncoder().encode("a.txt"));
  const writing = outgoing.write(file).then(() => outgoing.close());
  const got = new Uint8Array(64);
  const n = await incoming.read(got);
  incoming.close();
  await writing;
  assert.deepEqual(got.subarray(0, n ?? 0), file);

  await bob.send(xferRefuse, { uid: ann.uid });
  assert.deepEqual(await ann.expect(xferRefused), { uid: bob.uid });
});

Deno.test("a file offer is refused: the sender is told", async () => {
  await using server = await start();
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  await offerFile(ann, bob);
  await bob.send(xferRefuse, { uid: ann.uid });
  assert.deepEqual(await ann.expect(xferRefused), { uid: bob.uid });
});

Deno.test("a file for somebody who blocks, or is away, goes nowhere and says so", async () => {
  await using server = await start();
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  await bob.send(blockBuddy, { uid: ann.uid });
  await bob.settle();
  await ann.send(xferRequest, { uid: bob.uid, port: PORT });
  const { text } = await ann.expect(feedback, ({ code }) => code !== 0);
  assert.equal(text, "This user is not online.");
  await bob.settle();
  assert.ok(bob.received.every(({ type }) => type !== xferOffer.type));
});

Deno.test("a call rings and is refused, rings and is taken, and ends", async () => {
  await using server = await start();
  await using ann = await server.signOn("Ann");
  await using bob = await server.signOn("Bob");
  await ann.send(callRequest, { uid: bob.uid, port: PORT });
  await bob.expect(callOffer, ({ uid }) => uid === ann.uid);
  await bob.send(callRefuse, { uid: ann.uid });
  assert.deepEqual(await ann.expect(callEnded), { uid: bob.uid });

  await bob.send(callRequest, { uid: ann.uid, port: PORT });
  await ann.expect(callOffer, ({ uid }) => uid === bob.uid);
  await ann.send(callAccept, { uid: bob.uid, port: PORT });
  assert.deepEqual(await bob.expect(callAccepted), {
    uid: ann.uid,
    address: "127.0.0.1",
    port: PORT,
  });
  await bob.send(callHangup, { uid: ann.uid });
  assert.deepEqual(await ann.expect(callEnded), { uid: bob.uid });
});
