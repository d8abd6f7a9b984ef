import assert from "node:assert/strict";
import { concat } from "../../lib/protocol/bytes.ts";
import {
  decodeCounter,
  encodeCounter,
  encodeRequest,
  MAX_OFFSET,
  readAnswer,
  type VideoRequest,
} from "../../lib/protocol/video_port.ts";
import { encodeText } from "../../lib/protocol/windows1252.ts";
import { pictureFault } from "../../lib/video/jpeg.ts";
import { makePicture, markOf } from "../../lib/video/sample_picture.ts";
import { u16, u32 } from "../reliability/support/peer.ts";
import { Stage, VOICE_ROOM } from "./stage.ts";

const GID = u32(VOICE_ROOM);
const NOTHING = new Uint8Array();

/** The stage with Ann's webcam and Bob watching. */
class VideoStage implements AsyncDisposable {
  #counter = 1000;
  #bobs = 1000;
  private constructor(
    readonly stage: Stage,
    readonly annOffset: number,
    readonly bobOffset: number,
  ) {}

  static async start(): Promise<VideoStage> {
    const stage = await Stage.start();
    const { ann, bob } = stage;
    await ann.send("ROOM_START_PUBLISH_VIDEO", GID);
    await ann.expect("VIDEO_PUBLISH_TO");
    const annOffset = await hello(stage, {
      kind: "publisher hello",
      uid: ann.uid,
    });
    const video = new VideoStage(stage, annOffset, 0);
    await video.annShows("first");
    await bob.expect("ROOM_VIDEO");
    await bob.send("VIEW_VIDEO", u32(ann.uid), GID);
    await bob.expect("VIDEO_VIEW_FROM");
    const bobOffset = await hello(stage, {
      kind: "viewer hello",
      publisher: ann.uid,
      viewer: bob.uid,
    });
    const whole = new VideoStage(stage, annOffset, bobOffset);
    whole.#counter = video.#counter;
    assert.equal(await whole.bobSees(), "first");
    return whole;
  }

  /** Digits of Ann's last picture. */
  get annsDigits(): string {
    return encodeCounter(this.#counter - 1, this.annOffset);
  }

  get bobsDigits(): string {
    return encodeCounter(this.#bobs - 1, this.bobOffset);
  }

  async annShows(mark: string): Promise<void> {
    const digits = encodeCounter(this.#counter++, this.annOffset);
    const { uid } = this.stage.ann;
    await ask(this.stage, picture(uid, digits, makePicture({ mark })));
  }

  /** Returns the mark of the picture that Bob's client receives. */
  async bobSees(): Promise<string> {
    const { ann, bob } = this.stage;
    const digits = encodeCounter(this.#bobs++, this.bobOffset);
    const answer = await ask(
      this.stage,
      encodeText(`GET /ab?1&${ann.uid}&${bob.uid}&${digits}\n`),
    );
    const jpeg = readAnswer(answer);
    assert.ok(typeof jpeg !== "symbol", "no picture");
    assert.equal(pictureFault(jpeg), undefined);
    return markOf(jpeg);
  }

  /**
   * Asserts that Ann's picture still reaches Bob, and that everything else
   * works.
   */
  async undisturbed(): Promise<void> {
    const mark = `picture ${this.#counter}`;
    const seen = this.bobSees();
    await this.annShows(mark);
    assert.equal(await seen, mark);
    await this.stage.undisturbed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stage[Symbol.asyncDispose]();
  }
}

function connect(stage: Stage): Promise<Deno.TcpConn> {
  const [hostname = "", port] = stage.rig.server.video!.split(":");
  return Deno.connect({ hostname, port: Number(port) });
}

/** Sends bytes. Returns everything until the server closes. */
async function ask(
  stage: Stage,
  bytes: Uint8Array,
  most = Infinity,
): Promise<Uint8Array> {
  using conn = await connect(stage);
  await writeAll(conn, bytes).catch(() => {});
  return await readAll(conn, most);
}

async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await conn.write(bytes.subarray(at));
  }
}

async function readAll(conn: Deno.TcpConn, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const buffer = new Uint8Array(65_536);
  for (let have = 0; have < most;) {
    const got = await conn.read(buffer).catch(() => null);
    if (got === null) break;
    parts.push(buffer.slice(0, got));
    have += got;
  }
  return concat(parts);
}

async function hello(
  stage: Stage,
  request: Extract<VideoRequest, { kind: `${string} hello` }>,
): Promise<number> {
  const answer = await ask(stage, encodeRequest(request), 2);
  assert.equal(answer.length, 2, `no offset for ${JSON.stringify(request)}`);
  return (answer[0]! << 8) | answer[1]!;
}

function picture(uid: number, digits: string, jpeg: Uint8Array): Uint8Array {
  const size = jpeg.length;
  const head = encodeRequest({ kind: "picture", uid, digits, size });
  return concat([head, jpeg]);
}

Deno.test("attack 82: send pictures in somebody else's name", async () => {
  await using video = await VideoStage.start();
  const { stage, annOffset } = video;
  const { eve, ann } = stage;
  await eve.send("ROOM_START_PUBLISH_VIDEO", GID);
  await eve.expect("VIDEO_PUBLISH_TO");
  const own = await hello(stage, { kind: "publisher hello", uid: eve.uid });
  const jpeg = makePicture({ mark: "forged" });
  // With the offset of the attacker's own hello and with every other, except
  // those under which the digits happen to be valid.
  const offsets = [own];
  for (let offset = 0; offset <= MAX_OFFSET; offset += 10) offsets.push(offset);
  for (const offset of offsets) {
    const digits = encodeCounter(5000, offset);
    if (decodeCounter(digits, annOffset) !== undefined) continue;
    await ask(stage, picture(ann.uid, digits, jpeg));
  }
  await video.annShows("her own");
  assert.equal(await video.bobSees(), "her own");
  await video.undisturbed();
});

Deno.test("attack 83: send again what somebody's client has sent", async () => {
  await using video = await VideoStage.start();
  const { stage } = video;
  const { ann, bob } = stage;
  const jpeg = makePicture({ mark: "replayed" });
  await ask(stage, picture(ann.uid, video.annsDigits, jpeg));
  const get = `GET /ab?1&${ann.uid}&${bob.uid}&${video.bobsDigits}\n`;
  assert.deepEqual(await ask(stage, encodeText(get)), NOTHING);
  await video.annShows("her own");
  assert.equal(await video.bobSees(), "her own");
  await video.undisturbed();
});

Deno.test("attack 84: watch without being granted it", async () => {
  await using video = await VideoStage.start();
  const { stage, bobOffset } = video;
  const { ann, bob, eve } = stage;
  const asked = encodeRequest({
    kind: "viewer hello",
    publisher: ann.uid,
    viewer: eve.uid,
  });
  assert.deepEqual(await ask(stage, asked), NOTHING);
  for (const viewer of [eve.uid, bob.uid, ann.uid, 0, 1]) {
    for (const offset of [0, 7, 44, 300].filter((one) => one !== bobOffset)) {
      const digits = encodeCounter(1000, offset);
      const line = `GET /ab?1&${ann.uid}&${viewer}&${digits}\n`;
      assert.deepEqual(await ask(stage, encodeText(line)), NOTHING);
    }
  }
  await video.undisturbed();
});

Deno.test("attack 85: watch on after the view has ended", async () => {
  await using video = await VideoStage.start();
  const { stage } = video;
  const { ann, eve } = stage;
  const ends = [
    () => eve.send("STOP_VIEW_VIDEO", u32(ann.uid), GID),
    () => ann.send("BLOCK_BUDDY", u32(eve.uid)),
    async () => {
      await ann.send("UNBLOCK", u32(eve.uid));
      await eve.send("ROOM_LEAVE", GID);
    },
  ];
  for (const end of ends) {
    await eve.send("VIEW_VIDEO", u32(ann.uid), GID);
    const offset = await Promise.race([
      eve.expect("VIDEO_VIEW_FROM").then(() =>
        hello(stage, {
          kind: "viewer hello",
          publisher: ann.uid,
          viewer: eve.uid,
        })
      ),
    ]);
    const get = (counter: number) =>
      ask(
        stage,
        encodeText(
          `GET /ab?1&${ann.uid}&${eve.uid}&${encodeCounter(counter, offset)}\n`,
        ),
      );
    assert.ok((await get(1000)).length > 4000);
    await end();
    await stage.rig.until(
      () => stage.status.video.views === 1,
      "the view has ended",
    );
    assert.deepEqual(await get(1001), NOTHING);
    await ann.send("UNBLOCK", u32(eve.uid));
  }
  await video.undisturbed();
});

Deno.test("attack 86: say hello in a publisher's name, over and over", async () => {
  await using video = await VideoStage.start();
  const { stage } = video;
  const request = { kind: "publisher hello", uid: stage.ann.uid } as const;
  for (let n = 0; n < 40; n++) {
    await hello(stage, request);
    if (n % 10 === 0) await video.undisturbed();
  }
  await video.undisturbed();
});

Deno.test("attack 87: publish on after being muted, barred or put out", async () => {
  await using video = await VideoStage.start();
  const { stage } = video;
  const { eve, bob, rig } = stage;
  await eve.send("ROOM_START_PUBLISH_VIDEO", GID);
  await eve.expect("VIDEO_PUBLISH_TO");
  const offset = await hello(stage, {
    kind: "publisher hello",
    uid: eve.uid,
  });
  let counter = 1000;
  const show = () =>
    ask(
      stage,
      picture(eve.uid, encodeCounter(counter++, offset), makePicture()),
    );
  await show();
  await bob.expect("ROOM_VIDEO");
  rig.server.live.stopVideo(eve.uid, Infinity);
  await bob.expect("ROOM_VIDEO");
  const before = stage.status.totals.picturesIn;
  for (let n = 0; n < 5; n++) await show();
  await eve.send("ROOM_START_PUBLISH_VIDEO", GID);
  await eve.expect("FEEDBACK");
  const said = encodeRequest({ kind: "publisher hello", uid: eve.uid });
  assert.deepEqual(await ask(stage, said), NOTHING);
  assert.equal(stage.status.totals.picturesIn, before);
  await video.undisturbed();
});

Deno.test("attack 88: publish and watch in a room without being in it", async () => {
  await using video = await VideoStage.start();
  const { stage } = video;
  const { eve, ann } = stage;
  await eve.send("ROOM_LEAVE", GID);
  eve.inbox.length = 0;
  await eve.send("ROOM_START_PUBLISH_VIDEO", GID);
  await eve.send("VIEW_VIDEO", u32(ann.uid), GID);
  await eve.send("VIEW_VIDEO", u32(ann.uid), u32(VOICE_ROOM | 0xffff_0000));
  await eve.send("ROOM_START_PUBLISH_VIDEO", u32(stage.text));
  await eve.join(stage.text);
  await eve.send("VIEW_VIDEO", u32(ann.uid), u32(stage.text));
  await eve.expect("ROOM_VIDEO");
  assert.deepEqual(eve.hazards, []);
  assert.equal(stage.status.video.publishers, 1);
  assert.equal(stage.status.video.views, 1);
  await video.undisturbed();
});

Deno.test("attack 89: send pictures that crash old viewers", async () => {
  await using video = await VideoStage.start();
  const { stage } = video;
  const { eve, bob } = stage;
  await eve.send("ROOM_START_PUBLISH_VIDEO", GID);
  await eve.expect("VIDEO_PUBLISH_TO");
  const offset = await hello(stage, {
    kind: "publisher hello",
    uid: eve.uid,
  });
  let counter = 1000;
  const send = (jpeg: Uint8Array, size = jpeg.length) => {
    const digits = encodeCounter(counter++, offset);
    const head = concat([
      Uint8Array.from([...u32(1000), ...u32(eve.uid), ...u16(digits.length)]),
      encodeText(digits),
      Uint8Array.from(u32(size)),
    ]);
    return ask(stage, concat([head, jpeg]));
  };
  const good = makePicture({ mark: "good" });
  const cut = good.subarray(0, 2000);
  const wide = makePicture({ width: 641 });
  const high = makePicture({ height: 65_535 });
  await send(new Uint8Array(446_000).fill(0xff));
  await send(good, 0xffffffff);
  await send(makePicture({ size: 50_001 }));
  await send(new Uint8Array(4000));
  await send(cut);
  await send(wide);
  await send(high);
  await send(encodeText("GIF89a".repeat(100)));
  for (let at = 10; at < 150; at += 7) {
    const bent = good.slice();
    bent.fill(0xff, good.length - at, good.length - at + 5);
    if (pictureFault(bent) !== undefined) await send(bent);
  }
  // None of them created a camera.
  assert.equal(stage.status.video.live, 1);
  assert.ok(stage.status.totals.picturesRefused >= 8);
  // They also counted towards the byte rate.
  stage.rig.ahead += 2000;
  await send(good);
  await bob.expect("ROOM_VIDEO");
  await bob.send("VIEW_VIDEO", u32(eve.uid), GID);
  await bob.expect("VIDEO_VIEW_FROM");
  const watching = await hello(stage, {
    kind: "viewer hello",
    publisher: eve.uid,
    viewer: bob.uid,
  });
  const digits = encodeCounter(1000, watching);
  const answer = await ask(
    stage,
    encodeText(`GET /ab?1&${eve.uid}&${bob.uid}&${digits}\n`),
  );
  const jpeg = readAnswer(answer);
  assert.ok(typeof jpeg !== "symbol");
  assert.equal(markOf(jpeg), "good");
  await video.undisturbed();
});

Deno.test("attack 90: open thousands of video connections and say nothing", async () => {
  await using video = await VideoStage.start();
  const { stage } = video;
  const idle: Deno.TcpConn[] = [];
  try {
    for (let n = 0; n < 3000; n++) idle.push(await connect(stage));
    await video.undisturbed();
    assert.ok(stage.status.video.connections <= 600);
    // A deadline closes the remaining ones.
    stage.rig.ahead += 11_000;
    await stage.rig.until(
      () => stage.status.video.connections === 0,
      "no idle connections",
    );
  } finally {
    for (const conn of idle) conn.close();
  }
});

Deno.test("attack 91: send a picture one byte at a time", async () => {
  await using video = await VideoStage.start();
  const { stage } = video;
  const { eve } = stage;
  await eve.send("ROOM_START_PUBLISH_VIDEO", GID);
  await eve.expect("VIDEO_PUBLISH_TO");
  const offset = await hello(stage, {
    kind: "publisher hello",
    uid: eve.uid,
  });
  const slow: Deno.TcpConn[] = [];
  for (let n = 0; n < 20; n++) {
    const conn = await connect(stage);
    const digits = encodeCounter(1000 + n, offset);
    await writeAll(
      conn,
      picture(eve.uid, digits, makePicture()).subarray(0, 100 + n),
    );
    slow.push(conn);
  }
  await stage.rig.until(() => stage.status.video.connections >= 20);
  await video.undisturbed();
  stage.rig.ahead += 11_000;
  await stage.rig.until(
    () => stage.status.video.connections === 0,
    "the slow ones are closed",
  );
  for (const conn of slow) conn.close();
});

Deno.test("attack 92: send pictures as fast as the line carries", async () => {
  await using video = await VideoStage.start();
  const { stage } = video;
  const { eve } = stage;
  await eve.send("ROOM_START_PUBLISH_VIDEO", GID);
  await eve.expect("VIDEO_PUBLISH_TO");
  const offset = await hello(stage, {
    kind: "publisher hello",
    uid: eve.uid,
  });
  const before = stage.status.totals.videoBytesIn;
  const begun = performance.now();
  const jpeg = makePicture({ size: 50_000 });
  for (let n = 0; n < 60; n++) {
    const digits = encodeCounter(1000 + n, offset);
    await ask(stage, picture(eve.uid, digits, jpeg));
  }
  const seconds = (performance.now() - begun) / 1000;
  const taken = stage.status.totals.videoBytesIn - before;
  // At most the rate, one second's budget, and one more picture.
  assert.ok(taken <= 65_536 * (seconds + 1) + 50_000, `${taken} bytes`);
  await video.undisturbed();
});

Deno.test("attack 93: ask for pictures and never take them", async () => {
  await using video = await VideoStage.start();
  const { stage } = video;
  const { ann, eve } = stage;
  await eve.send("VIEW_VIDEO", u32(ann.uid), GID);
  await eve.expect("VIDEO_VIEW_FROM");
  const offset = await hello(stage, {
    kind: "viewer hello",
    publisher: ann.uid,
    viewer: eve.uid,
  });
  const mute: Deno.TcpConn[] = [];
  for (let n = 0; n < 60; n++) {
    const conn = await connect(stage);
    const digits = encodeCounter(1000 + n, offset);
    await conn.write(
      encodeText(`GET /ab?1&${ann.uid}&${eve.uid}&${digits}\n`),
    );
    mute.push(conn);
  }
  for (let n = 0; n < 5; n++) await video.undisturbed();
  stage.rig.ahead += 11_000;
  await stage.rig.until(
    () => stage.status.video.connections <= 1,
    "nobody holds a connection",
  );
  for (const conn of mute) conn.close();
});
