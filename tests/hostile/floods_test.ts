import assert from "node:assert/strict";
import { concat } from "../../lib/protocol/bytes.ts";
import { encodeFrame } from "../../lib/protocol/frame.ts";
import { decodeText } from "../../lib/protocol/windows1252.ts";
import { packet, Peer, u16, u32 } from "../reliability/support/peer.ts";
import { Stage, VOICE_ROOM } from "./stage.ts";

/** Returns the same frame many times in one chunk. */
const many = (count: number, frame: Uint8Array) =>
  concat(Array.from({ length: count }, () => frame));

Deno.test("attack 29: a flood of room lines is cut to the rate, then the flooder is put out with a reason", async () => {
  await using stage = await Stage.start();
  const { eve, bob } = stage;
  const line = packet("ROOM_MESSAGE_OUT", u32(VOICE_ROOM), "spam");
  const seen = bob.count("ROOM_MESSAGE_IN");
  // A thousand in a moment may be an accident: they are dropped, and Eve stays
  // online.
  await eve.write(many(1000, line));
  await new Promise((done) => setTimeout(done, 500));
  await eve.settled();
  await eve.write(many(6000, line));
  assert.match(await eve.refused("LOGIN"), /too much at once/);
  await eve.ended();
  assert.ok(bob.count("ROOM_MESSAGE_IN") - seen <= 100);
  await stage.rig.logged("packets over the rate", "Eve");
  await stage.undisturbed();
});

Deno.test("attack 30: floods of searches, joins, invitations and file offers cost more than lines", async () => {
  await using stage = await Stage.start();
  const { ann, eve } = stage;
  const before = eve.inbox.length;
  await eve.write(many(60, packet("USER_SEARCH", "nickname=a\n")));
  await eve.until(
    () => eve.inbox.length - before >= 12 || undefined,
    "answers",
  );
  await stage.undisturbed();
  assert.ok(eve.inbox.length - before <= 45);
  await eve.write(many(60, packet("XFER_REQUEST", u32(ann.uid), u16(0x82a))));
  await stage.undisturbed();
  assert.ok(ann.count("XFER_OFFER") <= 30, `${ann.count("XFER_OFFER")} offers`);
});

Deno.test("attack 31: keep-alives and unknown packets count towards the rate too", async () => {
  await using stage = await Stage.start();
  const { eve } = stage;
  await eve.write(many(3000, packet("KEEPALIVE")));
  await eve.write(many(3000, encodeFrame(-31999, new Uint8Array(3))));
  assert.match(await eve.refused("LOGIN"), /too much at once/);
  await stage.undisturbed();
});

Deno.test("unauthenticated clients of one host share its lines of the log", async () => {
  await using stage = await Stage.start();
  const { rig } = stage;
  const junk = concat([
    ...Array.from({ length: 30 }, () => encodeFrame(-31999, new Uint8Array(3))),
    ...Array.from({ length: 30 }, () => packet("IM_OUT", u32(1), "x")),
  ]);
  const before = rig.lines.length;
  for (let n = 0; n < 60; n++) {
    const peer = await stage.stranger();
    await peer.write(junk);
    await peer.write(many(100, packet("KEEPALIVE")));
    await peer.conn.closeWrite();
    await peer.ended();
  }
  await rig.until(() => stage.status.connections === 3, "their end");
  const lines = rig.lines.slice(before)
    .filter((line) => !line.includes('"level":"debug"'));
  assert.ok(lines.length > 200, `${lines.length} lines`);
  assert.ok(lines.length < 350, `${lines.length} lines`);
  await rig.logged("left out", "127.0.0.1");
  await stage.undisturbed();
});

Deno.test("a rate that is set lower means less at once, and still a sign-on", async () => {
  await using stage = await Stage.start({
    config: { "limits.packets_per_second": 3 },
  });
  const { eve } = stage;
  const before = eve.count("CATEGORY_COUNT");
  const counts = packet("REFRESH_CATEGORIES", u32(1), u32(0), u32(0));
  await eve.write(many(60, counts));
  await new Promise((done) => setTimeout(done, 300));
  const answers = eve.count("CATEGORY_COUNT") - before;
  assert.ok(answers > 0 && answers <= 12, `${answers} answers`);
});

Deno.test("attack 32: more rooms than one person may have", async () => {
  await using stage = await Stage.start({
    config: {
      "limits.packets_per_second": 10_000,
      "limits.packet_burst": 10_000,
    },
  });
  const { eve } = stage;
  const { rooms } = stage.status;
  for (let n = 0; n < 20; n++) {
    await eve.send(
      "ROOM_CREATE",
      u16(0),
      u16(0),
      u16(30018),
      u32(0x82a),
      "G",
      `Eve's ${n}`,
    );
  }
  await eve.settled();
  assert.ok(stage.status.rooms - rooms <= 10);
  await stage.undisturbed();
});

Deno.test("attack 33: fill somebody's mailbox", async () => {
  await using stage = await Stage.start({
    config: {
      "limits.packets_per_second": 10_000,
      "limits.packet_burst": 10_000,
      "limits.offline_messages_per_user": 50,
    },
  });
  const { eve, rig } = stage;
  const { uid } = rig.user("Victim");
  for (let n = 0; n < 80; n++) await eve.send("IM_OUT", u32(uid), `spam ${n}`);
  await eve.settled();
  assert.equal(rig.store.messages.count(uid), 50);
  assert.match(await eve.refused("IM_OUT"), /too many messages/);
  await (await stage.stranger()).signOn(uid);
  await stage.undisturbed();
});

Deno.test("attack 34: a message longer than any window", async () => {
  await using stage = await Stage.start();
  const { ann, bob, eve } = stage;
  await eve.send("IM_OUT", u32(ann.uid), "x".repeat(32_000));
  assert.match(await eve.refused("IM_OUT"), /too long/);
  await eve.send("ROOM_MESSAGE_OUT", u32(VOICE_ROOM), "x".repeat(60_000));
  assert.match(await eve.refused("ROOM_MESSAGE_OUT"), /too long/);
  await stage.undisturbed();
  const longest = Math.max(
    ...[...ann.inbox, ...bob.inbox].map(({ payload }) => payload.length),
  );
  assert.ok(longest < 3000);
});

Deno.test("attack 35: stop reading while others talk", async () => {
  await using stage = await Stage.start({
    config: {
      "limits.outbox_bytes": 16_384,
      "limits.packets_per_second": 100_000,
      "limits.packet_burst": 100_000,
    },
  });
  const { ann, eve } = stage;
  // The attacker stops reading; the bytes in the kernel's buffers do not count.
  const { promise, resolve } = Promise.withResolvers<void>();
  const read = eve.conn.read.bind(eve.conn);
  eve.conn.read = async (into) => {
    await promise;
    return await read(into);
  };
  const line = packet("ROOM_MESSAGE_OUT", u32(VOICE_ROOM), "x".repeat(1900));
  while (stage.status.totals.slowClientsClosed === 0) {
    await ann.write(many(50, line));
    await ann.settled();
    stage.bob.inbox.length = 0;
  }
  await stage.rig.logged("disconnected", "Eve", "too slow");
  resolve();
  await stage.undisturbed();
});

Deno.test("attack 36: hold every place with connections that dribble or say nothing", async () => {
  await using stage = await Stage.start({
    config: { "limits.connections_total": 30 },
  });
  const strangers: Peer[] = [];
  for (let n = 0; n < 27; n++) {
    const peer = await stage.stranger();
    await peer.write(Uint8Array.of(0xff));
    strangers.push(peer);
  }
  await stage.rig.until(() => stage.status.connections === 30);
  stage.rig.ahead += 3000;
  for (let n = 0; n < 5; n++) await stage.rig.guest();
  await stage.undisturbed();
  stage.rig.ahead += 30_000;
  for (const peer of strangers) await peer.ended();
});

Deno.test("attack 37: connect from one address more often than it may", async () => {
  await using stage = await Stage.start({
    config: { "limits.connections_per_address": 10, "access.uncounted": [] },
  });
  for (let n = 0; n < 30; n++) await stage.stranger();
  await stage.rig.logged("connection refused", "from this address");
  assert.ok(stage.status.connections <= 10);
  await stage.undisturbed();
});

Deno.test("attack 38: keep the password checks busy so that nobody else can sign on", async () => {
  await using stage = await Stage.start({
    config: {
      "auth.scrypt_log2n": 14,
      "limits.hash_queue": 20,
      "limits.signon_attempts_per_address": 20,
      "limits.signon_attempts_per_account": 20,
      "access.uncounted": [],
    },
  });
  const { PasswordHasher } = await import("../../lib/ops/password_hash.ts");
  const { uid } = stage.rig.user("Victim");
  stage.rig.store.accounts.setPassword(
    uid,
    await new PasswordHasher({ log2n: 14 }).hash(new Uint8Array(6)),
  );
  const guessers = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const peer = await stage.stranger();
      return { peer, offset: await peer.greet(uid) };
    }),
  );
  for (const { peer, offset } of guessers) {
    await peer.write(Peer.login(uid, "guess", offset));
  }
  await Promise.all(guessers.map(({ peer }) => peer.refused("LOGIN")));
  const checked = stage.rig.lines.filter((line) =>
    line.includes("sign-on refused") && line.includes('"reason":"password"')
  );
  assert.ok(checked.length <= 28, `${checked.length} were checked`);
  assert.equal(stage.status.queues.passwordHashes, 0);
  await stage.undisturbed();
});

Deno.test("attack 39: register one account after the other", async () => {
  await using stage = await Stage.start({
    config: {
      "auth.registration": "open",
      "limits.registrations_per_address": 5,
    },
  });
  const password = new TextDecoder().decode(
    Peer.login(0, "secret11", 0).subarray(10),
  );
  for (let n = 0; n < 10; n++) {
    const peer = await stage.stranger();
    await peer.send("CLIENT_HELLO", u32(0));
    await peer.send("REGISTER", `nickname=Many${n}\npassword=${password}\n`);
    await peer.expect("FEEDBACK");
    peer.close();
  }
  assert.equal(stage.rig.store.accounts.count(), 3 + 5);
  // Users with an account can still sign on from there.
  await stage.rig.guest();
  await stage.undisturbed();
});

Deno.test("attack 40: try every lockword of a room", async () => {
  await using stage = await Stage.start({
    config: {
      "limits.packets_per_second": 10_000,
      "limits.packet_burst": 10_000,
    },
  });
  const { bob, eve } = stage;
  await bob.send(
    "ROOM_CREATE",
    u16(0),
    u16(0),
    u16(30018),
    u32(0x82a),
    "G",
    "Secret\n0042",
  );
  const joined = await bob.expect(
    "ROOM_JOINED",
    (payload) => decodeText(payload).endsWith("GSecret"),
  );
  const gid = new DataView(joined.buffer, joined.byteOffset).getUint32(0);
  for (let n = 0; n < 100; n++) {
    await eve.send(
      "ROOM_JOIN",
      u32(gid),
      u16(0),
      u32(0x82a),
      String(n).padStart(4, "0"),
    );
  }
  await eve.settled();
  const room = stage.rig.server.live.rooms().find((one) => one.gid === gid)!;
  assert.ok(!room.members.some(({ uid }) => uid === eve.uid));
  await stage.undisturbed();
});

Deno.test("attack 41: try every admin code of an owner", async () => {
  await using stage = await Stage.start({
    config: {
      "limits.packets_per_second": 10_000,
      "limits.packet_burst": 10_000,
    },
  });
  const { bob, eve, rig } = stage;
  rig.store.rooms.update(stage.text, { owner: bob.uid, adminCode: "1057" });
  rig.server.live.roomChanged(stage.text);
  for (let code = 1000; code < 1100; code++) {
    await eve.send("ROOM_JOIN_AS_ADMIN", u32(bob.uid), u32(code), u32(0x82a));
  }
  await eve.settled();
  const room = rig.server.live.rooms().find(({ gid }) => gid === stage.text)!;
  assert.equal(room.members.length, 0);
  await stage.undisturbed();
});

/** Makes a peer stop reading while it stays connected. */
function stopReading(peer: Peer): void {
  peer.conn.read = () => new Promise(() => {});
}

Deno.test({
  name:
    "attack 75: leave connections behind that take nothing, and make new ones",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const most = 6;
    await using stage = await Stage.start({
      config: {
        "limits.outbox_bytes": 16_384,
        "limits.packets_per_second": 100_000,
        "limits.packet_burst": 100_000,
        "limits.connections_per_address": most,
      },
    });
    const { ann, rig } = stage;
    const files = () => [...Deno.readDirSync("/proc/self/fd")].length;
    const before = files();
    const line = packet("ROOM_MESSAGE_OUT", u32(VOICE_ROOM), "x".repeat(1900));
    let made = 0;
    for (; made < 2 * most; made++) {
      // Where closing a connection does not end a pending write, the remaining
      // connections count, and new ones are refused in the end.
      const peer = await rig.guest().catch(() => undefined);
      if (peer === undefined) break;
      await peer.join(VOICE_ROOM);
      stopReading(peer);
      const { slowClientsClosed } = stage.status.totals;
      while (stage.status.totals.slowClientsClosed === slowClientsClosed) {
        await ann.write(many(50, line));
        await ann.settled();
        stage.bob.inbox.length = stage.eve.inbox.length = 0;
      }
    }
    // One of each pair belongs to the attacker.
    await rig.until(
      () => files() - before - made <= most,
      "the sockets left behind are bounded",
    );
    await stage.undisturbed();
  },
});

Deno.test("attack 78: give everybody the microphone over and over in a room full of red dots", async () => {
  await using stage = await Stage.start({
    config: {
      "limits.packets_per_second": 10_000,
      "limits.packet_burst": 10_000,
      "limits.audited_per_minute": 30,
    },
  });
  const { eve, rig, text } = stage;
  rig.store.rooms.update(text, { owner: eve.uid });
  rig.server.live.roomChanged(text);
  await eve.join(text);
  const guests: Peer[] = [];
  for (let n = 0; n < 10; n++) guests.push(await rig.guest());
  for (const guest of guests) await guest.join(text);
  await eve.send("RED_DOT", u32(text), u32(0xffffffff));
  for (let n = 0; n < 300; n++) {
    await eve.send("TOGGLE_ALL_MICS", u32(text), u16(n % 2));
  }
  assert.match(await eve.refused("TOGGLE_ALL_MICS"), /too often/);
  await stage.undisturbed();
  const dots = guests[0]!.count("RED_DOT_ON");
  assert.ok(dots <= 16 * (guests.length + 1), `${dots} red dots to each`);
});
