/**
 * Plays the real client's side of the video captures against this server: its
 * chat frames, and its requests to the video port. The examples in the
 * description are checked byte by byte.
 */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { concat, hex, unhex } from "../../lib/protocol/bytes.ts";
import { type PaltalkClient, passwordDigits } from "../../lib/client/mod.ts";
import {
  clientHello,
  login,
  lymerick,
} from "../../lib/protocol/packets/signon.ts";
import { CLIENT_TYPES, SERVER_TYPES } from "../../lib/protocol/packet_types.ts";
import {
  roomVideo,
  startPublishVideo,
} from "../../lib/protocol/packets/room_video.ts";
import {
  decodeCounter,
  encodeCounter,
  encodeRequest,
  readAnswer,
  type VideoRequest,
} from "../../lib/protocol/video_port.ts";
import { encodeText } from "../../lib/protocol/windows1252.ts";
import { pictureFault } from "../../lib/video/jpeg.ts";
import { makePicture } from "../../lib/video/sample_picture.ts";
import { type CapturedFrame, place, readCapture } from "../support/capture.ts";
import {
  CAPTURED_KEY,
  CAPTURED_NAMES,
  ReplayedConnection,
} from "../support/replay.ts";
import { GATEWAYS } from "../support/cluster_servers.ts";
import { TestServer } from "../support/server.ts";

const NAME = "d-room-video";
const OAK = 50001;
const NET_STORM = 1000002;
const DAN = 1000003;
/** Second of two real clients that saw each other at the end. */
const DANS = "CHAT#17";

/** An action of the client at the video port, as written in the capture. */
type Seen =
  | { readonly what: "publisher hello"; readonly uid: number }
  | { readonly what: "viewer hello"; readonly to: number; readonly by: number }
  | {
    readonly what: "fetch";
    readonly to: number;
    readonly by: number;
    readonly counter: number;
  }
  | {
    readonly what: "picture";
    readonly uid: number;
    readonly counter: number;
    readonly size: number;
  };

function readSeen(line: string): Seen | undefined {
  const at = (pattern: RegExp) => pattern.exec(line)?.slice(1).map(Number);
  let found = at(/HELLO PUBLISH uid=\((\d+),\)/) ?? at(/pub hello (\d+)/);
  if (found) return { what: "publisher hello", uid: found[0]! };
  found = at(/HELLO VIEW .*uid,own=\((\d+), (\d+)\)/);
  if (found) return { what: "viewer hello", to: found[0]!, by: found[1]! };
  found = at(/view hello (\d+)->(\d+)/);
  if (found) return { what: "viewer hello", to: found[1]!, by: found[0]! };
  const fetch = /GET \/ab\?1&(\d+)&(\d+)&(\d+)\\n' counter=b'(\d*)/.exec(line);
  if (fetch) {
    const [, to, by, digits = "", text = ""] = fetch;
    const counter = text.length < 4 ? readCounter(digits) : Number(text);
    return { what: "fetch", to: Number(to), by: Number(by), counter };
  }
  found = at(/FRAME uid=(\d+) .* counter=b'(\d+)' size=(\d+)/);
  if (found) {
    const [uid, counter, size] = found as [number, number, number];
    return { what: "picture", uid, counter, size };
  }
  return undefined;
}

/**
 * Decodes a counter. The probe server used one offset per publisher, and
 * decoded lines of two concurrent views with the wrong one.
 */
function readCounter(digits: string): number {
  const counter = [7, 300]
    .map((offset) => decodeCounter(digits, offset))
    .find((one) => one !== undefined);
  assert.ok(counter !== undefined, `no counter in ${digits}`);
  return counter;
}

/**
 * The video port as the captured client uses it, with one connection per
 * request.
 */
class CapturedVideo {
  readonly #offsets = new Map<string, number>();
  readonly #counters = new Map<number, number>();
  readonly answered = { hellos: 0, pictures: 0, fetches: 0 };

  constructor(readonly server: TestServer) {}

  /** Plays one action. Returns true if it was answered as the client needs. */
  async play(seen: Seen): Promise<boolean> {
    switch (seen.what) {
      case "publisher hello":
        return await this.#hello(`${seen.uid}`, {
          kind: "publisher hello",
          uid: seen.uid,
        });
      case "viewer hello":
        return await this.#hello(`${seen.by} ${seen.to}`, {
          kind: "viewer hello",
          publisher: seen.to,
          viewer: seen.by,
        });
      case "fetch": {
        // The capture shows one of fifty pictures; a member who watches their
        // own camera would otherwise wait forever for the next one.
        const [answered] = await Promise.all([
          this.#fetch(seen),
          this.#nextPicture(seen.to),
        ]);
        return answered;
      }
      case "picture":
        return await this.#picture(seen);
    }
  }

  async #hello(key: string, request: VideoRequest): Promise<boolean> {
    using conn = await this.#connect();
    // The client writes each field separately.
    const bytes = encodeRequest(request);
    let answer: Uint8Array;
    try {
      for (let at = 0; at < bytes.length; at += 4) {
        await conn.write(bytes.subarray(at, at + 4));
      }
      answer = await readAll(conn, 2);
    } catch {
      // Refused before all of it was written.
      return false;
    }
    if (answer.length !== 2) return false;
    const offset = (answer[0]! << 8) | answer[1]!;
    assert.ok(offset <= 330, `offset ${offset}`);
    this.#offsets.set(key, offset);
    this.answered.hellos++;
    return true;
  }

  async #fetch(
    { to, by, counter }: Extract<Seen, { what: "fetch" }>,
  ): Promise<boolean> {
    const offset = this.#offsets.get(`${by} ${to}`);
    if (offset === undefined) return false;
    using conn = await this.#connect();
    const digits = encodeCounter(counter, offset);
    await conn.write(encodeText(`GET /ab?1&${to}&${by}&${digits}\n`));
    const answer = await readAll(conn);
    if (answer.length === 0) return false;
    const text = new TextDecoder().decode(answer.subarray(0, 100));
    assert.match(text, /^HTTP\/1\.1 200 OK\r\nContent-Length: \d+\r\n/);
    const picture = readAnswer(answer);
    assert.ok(typeof picture !== "symbol");
    assert.equal(pictureFault(picture), undefined);
    this.answered.fetches++;
    return true;
  }

  async #picture(
    { uid, counter, size }: Extract<Seen, { what: "picture" }>,
  ): Promise<boolean> {
    const offset = this.#offsets.get(`${uid}`);
    if (offset === undefined) return false;
    this.#counters.set(uid, Math.max(counter, this.#counters.get(uid) ?? 0));
    using conn = await this.#connect();
    const digits = encodeCounter(counter, offset);
    const jpeg = makePicture({ size, mark: `${counter}` });
    await conn.write(
      encodeRequest({ kind: "picture", uid, digits, size: jpeg.length }),
    );
    await conn.write(jpeg).catch(() => assert.fail(`picture ${counter}`));
    // The server does not answer.
    assert.deepEqual(await readAll(conn), new Uint8Array());
    this.answered.pictures++;
    return true;
  }

  async #nextPicture(uid: number): Promise<void> {
    const last = this.#counters.get(uid);
    if (last === undefined) return;
    await this.#picture({ what: "picture", uid, counter: last + 1, size: 0 });
    this.answered.pictures--;
  }

  async #connect(): Promise<Deno.TcpConn> {
    const { host, port } = this.server.video;
    return await Deno.connect({ hostname: host, port });
  }
}

/** Reads until the other side closes, or up to this many bytes. */
async function readAll(
  conn: Deno.TcpConn,
  most = Infinity,
): Promise<Uint8Array> {
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

/** Another user of the capture, who sends small pictures all the time. */
class Publisher {
  readonly #video: CapturedVideo;
  #counter = 1000;
  #shows = true;
  #loop: Promise<void> = Promise.resolve();

  private constructor(server: TestServer, readonly client: PaltalkClient) {
    this.#video = new CapturedVideo(server);
  }

  static async start(server: TestServer, name: string, gid: number) {
    const client = await server.signOn(name, { strict: false });
    await client.rooms.join(gid);
    await client.send(startPublishVideo, { gid });
    const publisher = new Publisher(server, client);
    const { uid } = client;
    // Does not wait for the server's request, which may take 2.5 seconds after
    // a pause.
    for (let tries = 0;; tries++) {
      const hello = { what: "publisher hello", uid } as const;
      if (await publisher.#video.play(hello)) break;
      assert.ok(tries < 200, `${name} cannot publish`);
      await delay(10);
    }
    await publisher.#show();
    await client.expect(roomVideo, (icon) => icon.uid === uid);
    publisher.#loop = publisher.#run();
    return publisher;
  }

  async close(): Promise<void> {
    this.#shows = false;
    await this.#loop;
    await this.client.close();
  }

  async #run(): Promise<void> {
    while (this.#shows) {
      await this.#show();
      await delay(20);
    }
  }

  async #show(): Promise<void> {
    const { uid } = this.client;
    const counter = this.#counter++;
    await this.#video.play({ what: "picture", uid, counter, size: 0 });
  }
}

function publishers(server: TestServer, gid: number, withDan: boolean) {
  const names = ["Bob", "Eve", "Ann", "Zoe", ...withDan ? ["Dan"] : []];
  return Promise.all(
    names.map((name) => Publisher.start(server, name, gid)),
  );
}

const firstU32 = (payload: Uint8Array) =>
  new DataView(payload.buffer, payload.byteOffset).getUint32(0);

function publisherOf({ type, payload }: CapturedFrame): number | undefined {
  return type === CLIENT_TYPES.VIEW_VIDEO.type ? firstU32(payload) : undefined;
}

/** An action of a client in the capture, or its entry to a room. */
type Step =
  | { readonly chat: CapturedFrame }
  | { readonly join: string; readonly gid: number }
  | { readonly video: Seen };

function steps(): Step[] {
  const { frames } = readCapture(NAME);
  const byLine = new Map(frames.map((frame) => [frame.line, frame]));
  const text = Deno.readTextFileSync(`tests/captures/${NAME}.txt`);
  return text.split("\n").flatMap((line, i): Step[] => {
    const frame = byLine.get(i + 1);
    if (frame?.direction === "C>S") return [{ chat: frame }];
    if (frame?.type === SERVER_TYPES.ROOM_JOINED.type) {
      return [{ join: frame.connection, gid: firstU32(frame.payload) }];
    }
    const seen = / VIDEO /.test(line) ? readSeen(line) : undefined;
    return seen === undefined ? [] : [{ video: seen }];
  });
}

Deno.test("the captured clients of room video are answered in the forms they need", async () => {
  await using server = await TestServer.start({
    users: CAPTURED_NAMES,
    settings: { "auth.server_key": CAPTURED_KEY },
  });
  const video = new CapturedVideo(server);
  let others = await publishers(server, OAK, true);
  let where = OAK;
  const open = new Map<string, ReplayedConnection>();
  let views = 0;
  for (const step of steps()) {
    if ("join" in step) {
      const connection = open.get(step.join)!;
      if (step.gid !== where) {
        // The run continued in another room, with the same users.
        where = step.gid;
        await Promise.all(others.map((other) => other.close()));
        others = await publishers(server, where, !open.has(DANS));
      }
      await connection.join(step.gid);
    } else if ("video" in step) {
      assert.ok(await video.play(step.video), JSON.stringify(step.video));
    } else {
      const { chat: frame } = step;
      let connection = open.get(frame.connection);
      if (connection === undefined) {
        connection = await ReplayedConnection.open(server);
        open.set(frame.connection, connection);
      }
      if (!connection.isOpen) continue;
      const uid = publisherOf(frame);
      if (uid === NET_STORM || (uid === DAN && open.has(DANS))) {
        // For the last runs the capture contains only the packets, not the
        // pictures.
        await video.play({ what: "publisher hello", uid });
        await video.play({ what: "picture", uid, counter: 1, size: 4000 });
      }
      const playing: ReplayedConnection = connection;
      const answers = await playing.play(frame).catch((error) => {
        // A second sign-on of the same user has ended this connection.
        if (!playing.isOpen) return undefined;
        throw new Error(place(frame), { cause: error });
      });
      if (answers === undefined) continue;
      if (frame.type === CLIENT_TYPES.VIEW_VIDEO.type) {
        const { type } = SERVER_TYPES.VIDEO_VIEW_FROM;
        const answer = answers.find((one) => one.type === type);
        assert.ok(answer, place(frame));
        assert.equal(
          hex(answer.payload.subarray(0, 12)),
          hex(concat([frame.payload, unhex("00000001")])),
          place(frame),
        );
        views++;
      }
    }
  }
  assert.ok(views > 20, `${views} views`);
  assert.equal(video.answered.fetches, 291);
  assert.ok(video.answered.pictures > 25, JSON.stringify(video.answered));
  assert.ok(video.answered.hellos > 25, JSON.stringify(video.answered));
  for (const one of [...others, ...open.values()]) await one.close();
});

/** A plain connection to the chat port: bytes in, bytes out. */
class Bare implements Disposable {
  readonly #conn: Deno.TcpConn;
  #bytes = "";

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async signOn(server: TestServer, uid: number): Promise<Bare> {
    const { host, port } = server.chat;
    const bare = new Bare(await Deno.connect({ hostname: host, port }));
    void bare.#read();
    await bare.send(hex(clientHello.frame({ uid }, 71)));
    await bare.send(hex(lymerick.frame({ uid, firstRun: false }, 71)));
    await bare.until("0474");
    const key = unhex(bare.#bytes.match(/0474001d0010(.{32})/)![1]!);
    const own = passwordDigits("secret11", key);
    await bare.send(hex(login.frame({ uid, digits: own }, 71)));
    await bare.until("04a6001d0000");
    return bare;
  }

  async send(bytes: string): Promise<void> {
    await this.#conn.write(unhex(bytes));
  }

  /**
   * Waits until exactly these bytes have arrived, and drops everything before.
   */
  async until(bytes: string): Promise<void> {
    const wanted = bytes.replaceAll(" ", "");
    for (let waited = 0; waited < 10_000; waited += 10) {
      const at = this.#bytes.indexOf(wanted);
      if (at >= 0) {
        if (wanted.length > 4) {
          this.#bytes = this.#bytes.slice(at + wanted.length);
        }
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.fail(`${wanted} did not come: ${this.#bytes}`);
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const got = await this.#conn.read(buffer).catch(() => null);
      if (got === null) return;
      this.#bytes += hex(buffer.subarray(0, got));
    }
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}

Deno.test("the examples of the description pass byte for byte", async () => {
  await using server = await TestServer.start({
    users: CAPTURED_NAMES,
    settings: { "server.advertise": "127.0.0.1" },
    // One of several gateways could have any of their ports.
    gateways: Math.min(GATEWAYS, 1),
  });
  const port = server.videoPorts[0]!.toString(16).padStart(4, "0");
  const at = `7f000001 ${port}`;
  using publisher = await Bare.signOn(server, 1000002);
  using viewer = await Bare.signOn(server, 1000003);
  const join = "feca 0047 000a 0000c351 0000 0000082a";
  await publisher.send(join.replaceAll(" ", ""));
  await publisher.until("013b 001d 0010 0000c351");
  await viewer.send(join.replaceAll(" ", ""));
  await viewer.until("013b 001d 0010 0000c351");
  const send = (who: Bare, bytes: string) =>
    who.send(bytes.replaceAll(" ", ""));

  await send(publisher, "e886 0047 0004 0000c351");
  await publisher.until(`17d4 001d 000a 0000c351 ${at}`);
  const ask = async (bytes: Uint8Array, most = Infinity) => {
    using conn = await Deno.connect({
      hostname: server.video.host,
      port: server.video.port,
    });
    await conn.write(bytes);
    return await readAll(conn, most);
  };
  const offset = async (hello: string) => {
    const answer = await ask(unhex(hello.replaceAll(" ", "")), 2);
    assert.equal(answer.length, 2);
    return (answer[0]! << 8) | answer[1]!;
  };
  const publishing = await offset("00000384 000f4242");
  const jpeg = makePicture({ size: 3952 });
  const digits = encodeCounter(1000, publishing);
  assert.equal(digits.length, 16);
  const head = concat([
    unhex("000003e8000f42420010"),
    encodeText(digits),
    unhex("00000f70"),
  ]);
  assert.deepEqual(await ask(concat([head, jpeg])), new Uint8Array());
  const on = "0138 001d 000a 0000c351 000f4242 0002";
  for (const one of [publisher, viewer]) await one.until(on);
  await publisher.until("17de 001d 0000");

  await send(viewer, "e87c 0047 0008 000f4242 0000c351");
  await viewer.until(
    `17e8 001d 0012 000f4242 0000c351 00000001 ${at}`,
  );
  const watching = await offset("0000038e 000f4242 000f4243");
  const fetch = `GET /ab?1&1000002&1000003&${encodeCounter(1000, watching)}\n`;
  const answer = await ask(encodeText(fetch));
  assert.match(
    new TextDecoder().decode(answer.subarray(0, 60)),
    /^HTTP\/1\.1 200 OK\r\nContent-Length: 3952\r\n/,
  );
  assert.deepEqual(answer.subarray(-3952), jpeg);
  // 2.5 s after the pause.
  await publisher.until(`17d4 001d 000a 0000c351 ${at}`);
  await send(viewer, "e872 0047 0008 000f4242 ffffc351");
  await publisher.until("17de 001d 0000");
  await send(publisher, "e884 0047 0004 0000c351");
  const off = "0138 001d 000a 0000c351 000f4242 0000";
  for (const one of [publisher, viewer]) await one.until(off);
});
