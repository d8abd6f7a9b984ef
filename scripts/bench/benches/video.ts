/**
 * Webcams: pictures from publishers to waiting viewers, with one connection for
 * each, compared with a bare relay in C.
 *
 * @module
 */
import { join } from "node:path";
import { PaltalkClient } from "../../../lib/client/mod.ts";
import {
  CAMERA,
  roomVideo,
  startPublishVideo,
  videoPublishTo,
  videoViewFrom,
  viewVideo,
} from "../../../lib/protocol/packets/room_video.ts";
import { encodeCounter } from "../../../lib/protocol/video_port.ts";
import { pushPicture, sayHello } from "../../../lib/client/video_link.ts";
import { TCP } from "../../../lib/client/tcp.ts";
import { makePicture } from "../../../lib/video/sample_picture.ts";
import { endsWithScript } from "../../leftovers.ts";
import type { Seen } from "../rig/load.ts";
import type { Bench } from "../rig/options.ts";
import { lastInLine, LOAD_CORE, pinned, type Running } from "../rig/process.ts";
import type { Goal, Row } from "../rig/report.ts";
import { costs, interleave, ratio, type Variant } from "../rig/rounds.ts";
import {
  FIRST_ROOM,
  OUTPUT,
  PASSWORD,
  RAISED,
  startBareVideoRelay,
  startRetropal,
  startVideoRelay,
} from "../rig/servers.ts";

/** Six views for each viewer at six pictures a second: 3,024 GETs a second. */
const CASE = { publishers: 20, viewers: 84, views: 6, rate: 6 };
const COST = "µs CPU per message";
const P99 = "p99 ms";

const SETTINGS = {
  ...RAISED,
  "limits.video_bytes_per_second": 100_000_000,
};

export const video: Bench = {
  name: "video",
  about: "webcam pictures to waiting viewers, 3,000 a second, beside C",
  async run({ rounds, ms, program }) {
    await using servers = new AsyncDisposableStack();
    await Deno.mkdir(OUTPUT, { recursive: true });
    const picture = join(OUTPUT, "picture.jpg");
    await Deno.writeFile(picture, makePicture());
    Deno.env.set("BENCH_PICTURE", picture);
    const retropal = servers.use(
      await startRetropal({
        accounts: CASE.publishers + CASE.viewers,
        rooms: 1,
        settings: SETTINGS,
        program,
      }),
    );
    const variants: Variant[] = [{ server: retropal }];
    for (
      const relay of [await startBareVideoRelay(), await startVideoRelay()]
    ) {
      if (relay !== null) variants.push({ server: servers.use(relay) });
    }
    servers.use(await settle(retropal));
    const rows = await interleave<Seen>(
      rounds,
      variants,
      "video",
      { ...CASE, "GETs/s": CASE.viewers * CASE.views * CASE.rate },
      { ...CASE, ms },
      costs,
    );
    return { rows, settings: SETTINGS, goals: goalsOf(rows) };
  },
};

/** Effect of a connection storm at the video port on room text and voice. */
export const videoStorm: Bench = {
  name: "video-storm",
  about: "delay of room text and voice while thousands connect to video",
  async run({ rounds, ms, program }) {
    await using servers = new AsyncDisposableStack();
    const retropal = servers.use(
      await startRetropal({
        accounts: 202,
        rooms: 1,
        roomType: 3,
        settings: RAISED,
        program,
      }),
    );
    // A publisher at the attacker's address, because the port only admits
    // addresses with a session.
    const bait = await PaltalkClient.signOn({
      host: "127.0.0.1",
      port: retropal.chatPort,
      nickname: "bench201",
      password: PASSWORD,
      voice: "none",
      reacts: false,
    });
    servers.defer(() => bait.close());
    await bait.rooms.join(FIRST_ROOM);
    await show(bait);
    const storm = { ...retropal, name: "during the storm" };
    const rows: Row[] = [];
    const args = { members: 100, outstanding: 1, size: 64, ms };
    const talk = { speakers: 1, listeners: 50, rate: 100, udp: 0, ms };
    for (const [mode, what] of [["fanout", args], ["voice", talk]] as const) {
      rows.push(
        ...await interleave<Seen>(
          rounds,
          [{ server: retropal }],
          mode,
          { [mode]: 1 },
          what,
          costs,
        ),
      );
      await using _ = await startStorm(retropal.videoPort, bait.uid);
      rows.push(
        ...await interleave<Seen>(
          rounds,
          [{ server: storm }],
          mode,
          { [mode]: 1 },
          what,
          costs,
        ),
      );
    }
    const goals = [0, 2].map((at): Goal => {
      const [calm, stormy] = [rows[at]!, rows[at + 1]!].map((row) =>
        row.values[P99]?.median ?? NaN
      ) as [number, number];
      const times = stormy / calm;
      return {
        what: `p99 of ${at === 0 ? "room text" : "voice"} during the storm`,
        wanted: "at most 1.5×",
        got: `${times.toFixed(2)}×`,
        met: times <= 1.5,
      };
    });
    return { rows, settings: RAISED, goals };
  },
};

/**
 * Starts the storm on the core of the load generator, so that it does not use
 * the server's, and with what the generator leaves of it: otherwise the bench
 * would measure how long the generator waits for its own core.
 */
async function startStorm(
  port: number,
  uid: number,
): Promise<AsyncDisposable> {
  const script = new URL("../rig/load/video_storm.ts", import.meta.url).href;
  const [program, args] = await pinned(
    LOAD_CORE,
    ...await lastInLine(Deno.execPath(), [
      ...["run", "--allow-net", script, String(port), String(uid)],
    ]),
  );
  const storm = new Deno.Command(program, {
    args,
    stdout: "null",
    stderr: "null",
  });
  const child = endsWithScript(storm.spawn());
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

/**
 * Waits until all clients are in the room, publish, and have been granted six
 * views.
 */
async function settle(server: Running): Promise<AsyncDisposable> {
  const everybody: PaltalkClient[] = [];
  for (let i = 0; i < CASE.publishers + CASE.viewers; i++) {
    const client = await PaltalkClient.signOn({
      host: "127.0.0.1",
      port: server.chatPort,
      nickname: `bench${i}`,
      password: PASSWORD,
      voice: "none",
      reacts: false,
    });
    await client.rooms.join(FIRST_ROOM);
    everybody.push(client);
  }
  const publishers = everybody.slice(0, CASE.publishers);
  for (const publisher of publishers) await show(publisher);
  for (const [i, viewer] of everybody.slice(CASE.publishers).entries()) {
    for (let n = 0; n < CASE.views; n++) {
      const at = (i * CASE.views + n) % CASE.publishers;
      const { uid } = publishers[at]!;
      await viewer.send(viewVideo, { uid, gid: FIRST_ROOM });
      await viewer.expect(videoViewFrom, (from) => from.uid === uid);
    }
  }
  return {
    async [Symbol.asyncDispose]() {
      for (const client of everybody) await client.close();
    },
  };
}

/** Sends a first picture, which makes the camera visible. */
async function show(client: PaltalkClient): Promise<void> {
  const { uid } = client;
  await client.send(startPublishVideo, { gid: FIRST_ROOM });
  const { address, videoPort } = await client.expect(videoPublishTo);
  const open = () => TCP.video!({ host: address, port: videoPort });
  const offset = await sayHello(open, { kind: "publisher hello", uid });
  await pushPicture(open, uid, encodeCounter(1, offset), makePicture());
  await client.expect(
    roomVideo,
    (icon) => icon.uid === uid && icon.state === CAMERA.on,
  );
}

function goalsOf(rows: readonly Row[]): Goal[] {
  const own = rows.find(({ variant }) => variant === "retropal")?.values;
  const cost = own?.[COST]?.median ?? NaN;
  const p99 = own?.[P99]?.median ?? NaN;
  const parameters = { ...CASE, "GETs/s": 3024 };
  const ofC = ratio(rows, COST, "retropal", "c", parameters);
  return [
    {
      what: "CPU per picture, times that of C",
      wanted: "at most 2×",
      got: `${ofC.toFixed(2)}×`,
      met: ofC <= 2,
    },
    {
      what: "CPU per picture",
      wanted: "at most 60 µs",
      got: `${cost.toFixed(0)} µs`,
      met: cost <= 60,
    },
    {
      what: "last byte of a picture to last byte of the answer, p99",
      wanted: "below 50 ms",
      got: `${p99.toFixed(1)} ms`,
      met: p99 < 50,
    },
  ];
}
