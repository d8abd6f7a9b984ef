import assert from "node:assert/strict";
import { defaultConfig } from "../../lib/config/config.ts";
import { concat } from "../../lib/protocol/bytes.ts";
import { packet, Peer, u32 } from "./support/peer.ts";
import { Rig } from "./support/rig.ts";

const OAK = 50001;

Deno.test("a burst of fifty frames in one segment right after sign-on is taken whole", async () => {
  await using rig = await Rig.start();
  const ann = await rig.guest("Ann");
  await ann.join(OAK);
  const { uid } = rig.user("Bob");
  const bob = await rig.connect();
  await bob.signOn(uid);
  const lines = Array.from(
    { length: 50 },
    (_, n) => packet("IM_OUT", u32(ann.uid), `line ${n}`),
  );
  await bob.write(concat(lines));
  await bob.settled();
  await ann.settled();
  assert.equal(ann.count("NEW_STYLE_IM") + ann.count("IM_IN"), 50);
});

Deno.test("a lower rate cuts bursts, and at once for those who are here", async () => {
  await using rig = await Rig.start();
  const ann = await rig.guest("Ann");
  const bob = await rig.guest("Bob");
  rig.server.config.take(
    defaultConfig({ "limits.packets_per_second": 5 }),
  );
  const line = packet("IM_OUT", u32(ann.uid), "line");
  await bob.write(concat(Array.from({ length: 50 }, () => line)));
  await rig.until(() => rig.server.live.status().totals.packetsOverRate >= 30);
  await ann.settled();
  const came = ann.count("NEW_STYLE_IM") + ann.count("IM_IN");
  assert.ok(came >= 1 && came <= 20, `${came} lines came`);
});

Deno.test("somebody with a full mailbox can sign on, and gets every message in order", async () => {
  await using rig = await Rig.start();
  const ann = rig.user("Ann");
  const bob = rig.user("Bob");
  const body = (n: number) =>
    new TextEncoder().encode(`${n} `.padEnd(2000, "x"));
  for (let n = 0; n < 200; n++) {
    rig.store.messages.add({
      to: ann.uid,
      from: bob.uid,
      body: body(n),
      at: Date.now() + n,
    });
  }
  const peer = await rig.connect();
  await peer.signOn(ann.uid);
  for (let n = 0; n < 200; n++) {
    const payload = await peer.expect("IM_IN");
    assert.ok(
      new TextDecoder().decode(payload.subarray(4)).startsWith(`${n} `),
    );
  }
  await rig.until(() => rig.store.messages.count(ann.uid) === 0);
});

Deno.test("a client that sends one byte per second does not hold its place beyond the deadline", async () => {
  await using rig = await Rig.start();
  const slow = await rig.connect();
  const frame = packet("CLIENT_HELLO", u32(0));
  for (const byte of frame.subarray(0, 9)) {
    await slow.write(Uint8Array.of(byte));
    rig.ahead += 1000;
  }
  assert.equal(slow.closed, false);
  rig.ahead += 30_000;
  await slow.ended();
});

Deno.test("a client that stops in the middle of the sign-on is closed at the deadline", async () => {
  await using rig = await Rig.start();
  const peer = await rig.connect();
  await peer.greet(rig.user().uid);
  rig.ahead += 31_000;
  await peer.ended();
});

Deno.test("who waits for his password to be checked is not ended at the deadline", async () => {
  await using rig = await Rig.start({ config: { "auth.scrypt_log2n": 17 } });
  const nobody = 1_999_999;
  const peers = await Promise.all(
    Array.from({ length: 8 }, () => rig.connect()),
  );
  for (const peer of peers) {
    await peer.greet(nobody);
    await peer.write(packet("LOGIN", u32(nobody), "33833679"));
  }
  rig.ahead += 31_000;
  for (const peer of peers) await peer.expect("FEEDBACK");
});

Deno.test("a reader that stops is closed when its queue is full, and others lose nothing", async () => {
  await using rig = await Rig.start({
    config: {
      "limits.packets_per_second": 100_000,
      "limits.packet_burst": 100_000,
    },
  });
  const [ann, bob] = [await rig.guest("Ann"), await rig.guest("Bob")];
  const eve = await rig.guest("Eve");
  for (const peer of [ann, bob]) await peer.join(OAK);
  // Eve joins and never reads again; the bytes in the kernel's buffers do not
  // count.
  const mute = await rig.connect({ mute: true });
  const { uid } = rig.user("Mute");
  mute.listen();
  await mute.signOn(uid);
  await mute.join(OAK);
  await eve.settled();
  const stopped = stopReading(mute);
  const line = packet("ROOM_MESSAGE_OUT", u32(OAK), "x".repeat(1900));
  let sent = 0;
  const status = () => rig.server.live.status().totals;
  while (status().slowClientsClosed === 0) {
    await ann.write(concat(Array.from({ length: 20 }, () => line)));
    sent += 20;
    await ann.settled();
    assert.ok(sent < 20_000, "the bound is never reached");
  }
  await bob.settled();
  assert.equal(bob.count("ROOM_MESSAGE_IN") >= sent, true);
  assert.equal(rig.server.live.isOnline(uid), false);
  assert.equal(rig.server.live.isOnline(bob.uid), true);
  stopped();
});

/** Stops a peer's reads until the returned function is called. */
function stopReading(peer: { conn: Deno.TcpConn }): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  const read = peer.conn.read.bind(peer.conn);
  peer.conn.read = async (into) => {
    await promise;
    return await read(into);
  };
  return resolve;
}

Deno.test("who holds connections open without a sign-on keeps nobody out", async () => {
  await using rig = await Rig.start({
    config: { "limits.connections_total": 20 },
  });
  for (let n = 0; n < 20; n++) await rig.connect();
  await rig.until(() => rig.server.live.status().connections === 20);
  const early = await rig.connect();
  await early.ended();
  rig.ahead += 3000;
  for (let n = 0; n < 15; n++) await rig.guest();
  assert.equal(rig.server.live.status().sessions, 15);
});

Deno.test("signed-on people do not make room for strangers", async () => {
  await using rig = await Rig.start({
    config: { "limits.connections_total": 3 },
  });
  for (let n = 0; n < 3; n++) await rig.guest();
  rig.ahead += 10_000;
  await (await rig.connect()).ended();
  assert.equal(rig.server.live.status().sessions, 3);
  await rig.logged("connection refused", "too many connections in all");
});

Deno.test("guesses sent all at once are not all checked", async () => {
  await using rig = await Rig.start({
    config: {
      "auth.scrypt_log2n": 13,
      "limits.signon_attempts_per_account": 5,
      "access.uncounted": [],
    },
  });
  const { uid } = rig.user("Ann");
  const peers = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const peer = await rig.connect();
      return { peer, offset: await peer.greet(uid) };
    }),
  );
  await Promise.all(
    peers.map(({ peer, offset }) =>
      peer.write(Peer.login(uid, "wrong", offset))
    ),
  );
  const answers = await Promise.all(
    peers.map(({ peer }) => peer.refused("LOGIN")),
  );
  const waits = answers.filter((text) => text.includes("Please wait"));
  assert.ok(waits.length >= 25, `${waits.length} of 40 were put off`);
});
