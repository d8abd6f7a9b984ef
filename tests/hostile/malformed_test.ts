import assert from "node:assert/strict";
import { concat } from "../../lib/protocol/bytes.ts";
import { CLIENT_VERSION, encodeFrame } from "../../lib/protocol/frame.ts";
import { CLIENT_TYPES } from "../../lib/protocol/packet_types.ts";
import { packet, Peer, u32 } from "../reliability/support/peer.ts";
import { Stage } from "./stage.ts";

const QUICK = {
  config: {
    "limits.packets_per_second": 1_000_000,
    "limits.packet_burst": 1_000_000,
  },
};

Deno.test("attack 54: every packet cut off after every byte", async () => {
  await using stage = await Stage.start(QUICK);
  const full = Uint8Array.from(
    { length: 40 },
    (_, at) => at % 7 === 0 ? 0 : at,
  );
  for (const [name, { type }] of Object.entries(CLIENT_TYPES)) {
    if (name === "BYE") continue;
    const frames = Array.from(
      { length: full.length + 1 },
      (_, length) =>
        encodeFrame(type, full.subarray(0, length), CLIENT_VERSION),
    );
    await stage.eve.write(concat(frames));
    await stage.eve.settled();
  }
  assert.equal(stage.eve.closed, false);
  assert.ok(stage.status.totals.malformedPackets > 100);
  await stage.rig.logged("malformed packet ignored", "Eve");
  await stage.undisturbed();
});

Deno.test("attack 55: every packet with the longest payload there is", async () => {
  await using stage = await Stage.start(QUICK);
  const { rig } = stage;
  let eve = stage.eve;
  for (const fill of [0x00, 0xff, 0xc8, 0x3d, 0x0a]) {
    const payload = new Uint8Array(65_535).fill(fill);
    for (const [name, { type }] of Object.entries(CLIENT_TYPES)) {
      if (name === "BYE") continue;
      await eve.write(encodeFrame(type, payload, CLIENT_VERSION));
    }
    await eve.settled().catch(() => {});
    if (eve.closed) eve = await (await rig.connect()).signOn(stage.eve.uid);
  }
  await stage.undisturbed();
});

Deno.test("attack 56: a long frame before the sign-on", async () => {
  await using stage = await Stage.start();
  const peer = await stage.stranger();
  await peer.send("CLIENT_HELLO", u32(0));
  await peer.write(Uint8Array.of(0xfb, 0x6e, 0, 71, 0xff, 0xff, 1, 2, 3));
  await peer.ended();
  await stage.rig.logged("disconnected", "too long");
  await stage.undisturbed();
});

Deno.test("attack 57: other protocols on the chat port", async () => {
  await using stage = await Stage.start();
  const greetings = [
    "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "r".repeat(500),
    "SSH-2.0-scanner\r\n",
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
    "\xff".repeat(4000),
  ];
  for (const words of greetings) {
    const peer = await stage.stranger();
    await peer.write(Uint8Array.from(words, (letter) => letter.charCodeAt(0)));
    await peer.write(new Uint8Array(10_000).fill(0x41));
  }
  stage.rig.ahead += 31_000;
  await stage.rig.until(() => stage.status.connections === 3, "all are gone");
  await stage.undisturbed();
});

Deno.test("attack 58: honest packets in single bytes, and all in one piece", async () => {
  await using stage = await Stage.start();
  const { uid } = stage.rig.user("Slow");
  const slow = await stage.stranger();
  const hello = concat([
    packet("CLIENT_HELLO", u32(uid)),
    packet("LYMERICK", u32(uid), u32(1), [0, 0]),
  ]);
  for (const byte of hello) await slow.write(Uint8Array.of(byte));
  const key = await slow.expect("SERVER_KEY");
  const { keyOffset } = await import("../../lib/protocol/challenge.ts");
  const rest = concat([
    Peer.login(uid, "secret11", keyOffset(key)),
    packet("GET_BLOCKED"),
    packet("BYE"),
  ]);
  await slow.write(rest);
  await slow.expect("LOGIN_UNKNOWN");
  await slow.ended();
  await stage.undisturbed();
});

Deno.test("attack 59: packets that only a server sends", async () => {
  await using stage = await Stage.start(QUICK);
  const { eve } = stage;
  for (let type = 0; type < 7000; type++) {
    await eve.write(encodeFrame(type, Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 2)));
  }
  await eve.settled();
  await stage.undisturbed();
});

Deno.test("attack 60: the sign-on's packets in every other order", async () => {
  await using stage = await Stage.start(QUICK);
  const { uid } = stage.rig.user("Victim");
  const steps = [
    packet("CLIENT_HELLO", u32(uid)),
    packet("GET_UIN", u32(1), "Victim"),
    packet("LYMERICK", u32(uid), u32(1), [0, 0]),
    Peer.login(uid, "secret11", 42),
    packet("PASSWORD_CHANGE_ASK", u32(uid)),
    packet("REGISTER", "nickname=x\n"),
    packet("KEEPALIVE"),
  ];
  for (const first of steps) {
    for (const second of steps) {
      for (const third of steps) {
        const peer = await Peer.connect(stage.rig.server.chat);
        await peer.write(concat([first, second, third]));
        peer.close();
      }
    }
  }
  await stage.rig.until(() => stage.status.connections === 3, "all are gone");
  assert.equal(stage.rig.server.live.isOnline(uid), false);
  await stage.undisturbed();
});
