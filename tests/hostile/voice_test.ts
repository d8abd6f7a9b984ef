import assert from "node:assert/strict";
import { concat } from "../../lib/protocol/bytes.ts";
import { encodeHello } from "../../lib/protocol/rtp.ts";
import { u16, u32 } from "../reliability/support/peer.ts";
import { Stage, VOICE_ROOM, VoicePeer } from "./stage.ts";

/** A datagram socket of the attacker, and everything it has received. */
class Datagrams implements Disposable {
  readonly got: Uint8Array[] = [];
  readonly #socket: Deno.DatagramConn;
  constructor(readonly stage: Stage, hostname = "127.0.0.1") {
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    void this.#receive();
  }
  async #receive(): Promise<void> {
    try {
      for (;;) this.got.push((await this.#socket.receive())[0].slice());
    } catch {
      // Closed.
    }
  }
  async send(bytes: Uint8Array): Promise<void> {
    const [hostname = "", port] = this.stage.rig.server.voice.split(":");
    await this.#socket.send(bytes, {
      transport: "udp",
      hostname,
      port: Number(port),
    });
  }
  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

const dropped = (stage: Stage) => stage.status.totals.voiceFramesDropped;

Deno.test("attack 16: a voice hello for a room one is not in", async () => {
  await using stage = await Stage.start();
  const other = stage.rig.store.rooms.list().find(({ type, gid }) =>
    type === 3 && gid !== VOICE_ROOM
  )!;
  const voice = await VoicePeer.open(stage.rig, other.gid, stage.eve.uid);
  await stage.rig.until(() => voice.closed);
  await stage.rig.logged("voice refused", "no such member");
  await stage.undisturbed();
});

Deno.test("attack 17: a voice hello for somebody who is not signed on, then sound", async () => {
  await using stage = await Stage.start();
  const { uid } = stage.rig.user("Absent");
  const voice = await VoicePeer.open(stage.rig, VOICE_ROOM, uid);
  await voice.talk();
  await stage.rig.until(() => voice.closed);
  assert.deepEqual(stage.bobVoice.heard, []);
  await stage.undisturbed();
});

Deno.test("attack 18: a second hello with another's uid on one's own voice connection", async () => {
  await using stage = await Stage.start();
  const { ann, eve, rig, bobVoice } = stage;
  const voice = await VoicePeer.open(rig, VOICE_ROOM, eve.uid);
  await stage.linked(3);
  await voice.write(encodeHello(VOICE_ROOM, ann.uid));
  await voice.talk(ann.uid);
  await rig.until(() => voice.closed);
  assert.deepEqual(bobVoice.heard, []);
  await stage.undisturbed();
});

Deno.test("attack 67: take over the voice connection of a neighbour while they speak", async () => {
  await using stage = await Stage.start();
  const { ann, annVoice, bobVoice, rig } = stage;
  await annVoice.talk();
  await rig.until(() => bobVoice.heard.length === 1);
  const voice = await VoicePeer.open(rig, VOICE_ROOM, ann.uid);
  await voice.talk();
  await rig.until(() => voice.closed);
  assert.equal(annVoice.closed, false);
  assert.equal(bobVoice.heard.length, 1);
  await stage.undisturbed();
});

Deno.test("attack 19: speak with a red dot", async () => {
  await using stage = await Stage.start();
  const { eve, rig, bobVoice } = stage;
  const admin = await rig.guest("Ada", "admin");
  await admin.join(VOICE_ROOM);
  const voice = await VoicePeer.open(rig, VOICE_ROOM, eve.uid);
  await stage.linked(3);
  await admin.send("RED_DOT", u32(VOICE_ROOM), u32(eve.uid));
  await eve.expect("RED_DOT_ON");
  const before = dropped(stage);
  await voice.talk();
  await rig.until(() => dropped(stage) > before);
  assert.deepEqual(bobVoice.heard, []);
  voice.close();
  await stage.undisturbed();
});

Deno.test("attack 20: get rid of one's own red dot by asking, leaving and joining", async () => {
  await using stage = await Stage.start();
  const { eve, rig, bobVoice } = stage;
  const admin = await rig.guest("Ada", "admin");
  await admin.join(VOICE_ROOM);
  await admin.send("RED_DOT", u32(VOICE_ROOM), u32(eve.uid));
  await eve.expect("RED_DOT_ON");
  await eve.send("UNRED_DOT", u32(VOICE_ROOM), u32(eve.uid));
  await eve.refused("UNRED_DOT");
  await eve.send("TOGGLE_ALL_MICS", u32(VOICE_ROOM), u16(1));
  await eve.refused("TOGGLE_ALL_MICS");
  await eve.send("ROOM_LEAVE", u32(VOICE_ROOM));
  await eve.join(VOICE_ROOM);
  const voice = await VoicePeer.open(rig, VOICE_ROOM, eve.uid);
  await stage.linked(3);
  const before = dropped(stage);
  await voice.talk();
  await rig.until(() => dropped(stage) > before || bobVoice.heard.length > 0);
  assert.deepEqual(bobVoice.heard, []);
  voice.close();
  await stage.undisturbed();
});

Deno.test("attack 21: frames of a length that would make every listener deaf", async () => {
  await using stage = await Stage.start();
  const { eve, rig, bobVoice } = stage;
  const voice = await VoicePeer.open(rig, VOICE_ROOM, eve.uid);
  await stage.linked(3);
  const before = dropped(stage);
  for (const length of [0, 1, 12, 49, 1001, 4096]) {
    const frame = new Uint8Array(4 + length);
    new DataView(frame.buffer).setUint32(0, length);
    await voice.write(frame);
  }
  await rig.until(() => dropped(stage) >= before + 4);
  // Half a frame, and then nothing.
  await voice.write(voice.frame().subarray(0, 60));
  voice.close();
  await stage.undisturbed();
  for (const { bytes } of bobVoice.heard) {
    assert.ok(bytes.length >= 54 && bytes.length <= 1004);
  }
});

Deno.test("attack 22: hold the voice port with connections that say nothing", async () => {
  await using stage = await Stage.start({
    config: { "limits.voice_silent_connections": 10 },
  });
  const [hostname = "", port] = stage.rig.server.voice.split(":");
  const silent: Deno.Conn[] = [];
  for (let n = 0; n < 40; n++) {
    silent.push(await Deno.connect({ hostname, port: Number(port) }));
  }
  const voice = await VoicePeer.open(stage.rig, VOICE_ROOM, stage.eve.uid);
  await stage.linked(3);
  await stage.undisturbed();
  voice.close();
  for (const conn of silent) conn.close();
});

Deno.test("attack 23: more sound than one talker may send", async () => {
  await using stage = await Stage.start({
    config: { "limits.voice_bytes_per_second": 10_000 },
  });
  const { eve, rig, bobVoice } = stage;
  const voice = await VoicePeer.open(rig, VOICE_ROOM, eve.uid);
  await stage.linked(3);
  const started = performance.now();
  const all = 500;
  for (let n = 0; n < all; n++) await voice.talk();
  await rig.until(() => bobVoice.heard.length === all);
  const seconds = (performance.now() - started) / 1000;
  // A burst of two seconds and one more read may arrive early: 152 bytes each.
  const least = (152 * all - 16_384) / 10_000 - 2;
  assert.ok(seconds >= least, `${seconds} s, at least ${least}`);
  voice.close();
  await stage.undisturbed();
});

Deno.test("attack 24: reflect: datagrams from an address without a session get no answer", async () => {
  await using stage = await Stage.start();
  const { ann, eve, annVoice, rig } = stage;
  using other = new Datagrams(stage, "127.0.0.9");
  await other.send(encodeHello(VOICE_ROOM, ann.uid));
  await other.send(encodeHello(VOICE_ROOM, eve.uid));
  await other.send(annVoice.frame(eve.uid));
  await other.send(annVoice.frame(eve.uid).subarray(4));
  await other.send(new Uint8Array(1400));
  await other.send(new Uint8Array(0));
  await rig.until(() => dropped(stage) >= 5);
  await stage.undisturbed();
  assert.deepEqual(other.got, []);
});

Deno.test("attack 25: steal by datagram the voice of somebody who is linked by TCP", async () => {
  await using stage = await Stage.start();
  const { bob, annVoice, rig } = stage;
  using thief = new Datagrams(stage);
  const before = dropped(stage);
  await thief.send(encodeHello(VOICE_ROOM, bob.uid));
  // And speaks as Ann, who is linked by TCP as well.
  await thief.send(annVoice.frame().subarray(4));
  await rig.until(() => dropped(stage) >= before + 2);
  await stage.undisturbed();
  assert.deepEqual(thief.got, []);
});

Deno.test("attack 26: send the voice of another to a port of one's own by a second datagram hello", async () => {
  await using stage = await Stage.start();
  const { rig, eve } = stage;
  // Eve is in the room by datagram; a flood of hellos must not bring more than
  // one copy of each frame.
  using socket = new Datagrams(stage);
  for (let n = 0; n < 50; n++) {
    await socket.send(encodeHello(VOICE_ROOM, eve.uid));
  }
  await rig.until(() => stage.status.voiceLinks.udp === 1);
  await stage.annVoice.talk();
  await rig.until(() => socket.got.length > 0);
  await stage.undisturbed();
  const frames = socket.got.length;
  assert.ok(frames <= 2, `${frames} copies of two frames`);
});

Deno.test("attack 27: take over the floor while another speaks", async () => {
  await using stage = await Stage.start();
  const { ann, eve, annVoice, bobVoice, rig } = stage;
  const voice = await VoicePeer.open(rig, VOICE_ROOM, eve.uid);
  await stage.linked(3);
  await annVoice.talk();
  await rig.until(() => bobVoice.heard.length === 1);
  const before = dropped(stage);
  for (let n = 0; n < 5; n++) await voice.talk();
  await rig.until(() => dropped(stage) >= before + 5);
  await annVoice.talk();
  await rig.until(() => bobVoice.heard.length === 2);
  assert.ok(bobVoice.heard.every(({ uid }) => uid === ann.uid));
  voice.close();
  await stage.undisturbed();
});

Deno.test("attack 28: listen on after being put out of the room", async () => {
  await using stage = await Stage.start();
  const { eve, rig } = stage;
  const admin = await rig.guest("Ada", "admin");
  await admin.join(VOICE_ROOM);
  const voice = await VoicePeer.open(rig, VOICE_ROOM, eve.uid);
  await stage.linked(3);
  await admin.send("ROOM_BOUNCE", u32(VOICE_ROOM), u32(eve.uid));
  await eve.expect("ROOM_CLOSED");
  await rig.until(() => voice.closed);
  const again = await VoicePeer.open(rig, VOICE_ROOM, eve.uid);
  await rig.until(() => again.closed);
  await stage.undisturbed();
  assert.deepEqual([...voice.heard, ...again.heard], []);
});

Deno.test("attack 71: say hello over and over on one voice connection", async () => {
  await using stage = await Stage.start();
  const { eve, rig } = stage;
  const voice = await VoicePeer.open(rig, VOICE_ROOM, eve.uid);
  await stage.linked(3);
  await voice.write(
    concat(Array(60_000).fill(encodeHello(VOICE_ROOM, eve.uid))),
  );
  await stage.undisturbed();
  voice.close();
});

Deno.test("attack 72: say hello from another port with every datagram", async () => {
  await using stage = await Stage.start();
  const { eve, rig } = stage;
  using one = new Datagrams(stage);
  using other = new Datagrams(stage);
  const before = dropped(stage);
  for (let n = 0; n < 20; n++) {
    await (n % 2 === 0 ? one : other).send(encodeHello(VOICE_ROOM, eve.uid));
  }
  await rig.until(() => dropped(stage) >= before + 5);
  await stage.undisturbed();
});

Deno.test("attack 73: put one's own words into what a neighbour says by datagrams", async () => {
  await using stage = await Stage.start();
  const { eve, rig, bobVoice } = stage;
  // Cat's client is in UDP mode; Eve is behind the same router.
  const cat = await rig.guest("Cat");
  await cat.join(VOICE_ROOM);
  using mouth = new Datagrams(stage);
  using forger = new Datagrams(stage);
  const frame = () => stage.annVoice.frame(cat.uid).subarray(4);
  await mouth.send(frame());
  await rig.until(() => bobVoice.heard.length === 1);
  const before = dropped(stage);
  await forger.send(frame());
  // Also by sending the hello for Cat first.
  await forger.send(encodeHello(VOICE_ROOM, cat.uid));
  await forger.send(frame());
  await rig.until(() => dropped(stage) >= before + 3);
  await mouth.send(frame());
  await rig.until(() => bobVoice.heard.length === 2);
  await rig.logged("voice refused", "datagram (port)");
  assert.ok(
    bobVoice.heard.every(({ uid }) => uid === cat.uid && uid !== eve.uid),
  );
  await stage.undisturbed();
});
