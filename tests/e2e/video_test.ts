/** Webcams in rooms, with our own client on both sides. */
import assert from "node:assert/strict";
import { type PaltalkClient, Refused } from "../../lib/client/mod.ts";
import { isViewablePort } from "../../lib/protocol/packets/room_video.ts";
import {
  CAMERA,
  roomVideo,
  videoPause,
  videoPublishTo,
} from "../../lib/protocol/packets/room_video.ts";
import {
  redDot,
  redDotOn,
  unredDot,
} from "../../lib/protocol/packets/microphone.ts";
import {
  redDotAffectsVideo,
  roomBounce,
} from "../../lib/protocol/packets/moderation.ts";
import { blockBuddy } from "../../lib/protocol/packets/pals.ts";
import { roomClosed } from "../../lib/protocol/packets/rooms.ts";
import { pictureFault } from "../../lib/video/jpeg.ts";
import { makePicture, markOf } from "../../lib/video/sample_picture.ts";
import { TestServer } from "../support/server.ts";

const ROOM = 50001;
const NAMES = ["Ann", "Bob", "Cat", "Dan", "Eve", "Fay", "Gus"] as const;
const start = (settings: Record<string, string> = {}) =>
  TestServer.start({ users: NAMES, settings });

/** Signs on and joins the room. */
async function enter(server: TestServer, nickname: string) {
  const client = await server.signOn(nickname);
  await client.rooms.join(ROOM);
  return client;
}

/** Waits until the icon of `uid` changes on the screen of `client`. */
function icon(client: PaltalkClient, uid: number, state: number) {
  return client.expect(
    roomVideo,
    (video) => video.uid === uid && video.state === state,
  );
}

/** Publishes, and waits until everybody sees the icon. */
async function publish(
  who: PaltalkClient,
  ...others: readonly PaltalkClient[]
) {
  await who.video.publish(ROOM);
  for (const one of [who, ...others]) await icon(one, who.uid, CAMERA.on);
}

Deno.test("two clients publish and watch each other, with pauses", async () => {
  await using server = await start();
  assert.ok(isViewablePort(server.video.port));
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await publish(ann, bob);
  await ann.expect(videoPause);
  await publish(bob, ann);
  await bob.expect(videoPause);

  const ofAnn = await bob.video.watch(ROOM, ann.uid);
  const ofBob = await ann.video.watch(ROOM, bob.uid);
  // The first picture is the existing one; the publisher resumes after 2.5 s.
  const marks = [];
  for (let i = 0; i < 6; i++) marks.push(markOf(await ofAnn.next()));
  assert.equal(marks[0], `${ann.uid} 1000`);
  assert.deepEqual(new Set(marks).size, marks.length, "each picture once");
  const numbers = marks.map((mark) => Number(mark.split(" ")[1]));
  assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b));
  for (let i = 0; i < 3; i++) {
    assert.match(markOf(await ofBob.next()), new RegExp(`^${bob.uid} `));
  }

  await bob.video.unwatch(ROOM, ann.uid);
  await ann.expect(videoPause);
  assert.ok(ofBob.isOpen);
  await ann.video.stop();
  await icon(bob, ann.uid, CAMERA.off);
  assert.deepEqual([ann, bob].flatMap(({ video }) => video.failures), []);
  assert.deepEqual([...ofAnn.failures, ...ofBob.failures], []);
});

Deno.test("a GET is held until there is a newer picture: one for each", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  let made = 0;
  await ann.video.publish(ROOM, {
    intervalMs: 700,
    picture: () => makePicture({ mark: `${++made}` }),
  });
  await icon(bob, ann.uid, CAMERA.on);
  const view = await bob.video.watch(ROOM, ann.uid, { intervalMs: 0 });
  for (let i = 0; i < 5; i++) await view.next();
  // If the server did not hold requests, there would be hundreds.
  assert.ok(view.count <= made, `${view.count} GETs for ${made} pictures`);
  assert.deepEqual(view.failures, []);
});

Deno.test("six views at a time, and a seventh is refused", async () => {
  await using server = await start();
  const clients: PaltalkClient[] = [];
  for (const name of NAMES) clients.push(await enter(server, name));
  const [viewer, ...six] = clients as [PaltalkClient, ...PaltalkClient[]];
  for (const one of six) await publish(one, viewer);
  const views = [];
  for (const { uid } of six) views.push(await viewer.video.watch(ROOM, uid));
  for (const [i, view] of views.entries()) {
    for (let n = 0; n < 3; n++) {
      assert.match(markOf(await view.next()), new RegExp(`^${six[i]!.uid} `));
    }
  }
  await publish(viewer);
  await assert.rejects(
    () => viewer.video.watch(ROOM, viewer.uid),
    (error: Error) =>
      error instanceof Refused && /6 people/.test(error.message),
  );
  // A freed slot can be used for another member.
  await viewer.video.unwatch(ROOM, six[0]!.uid);
  const self = await viewer.video.watch(ROOM, viewer.uid);
  await self.next();
  for (const client of clients) await client.close();
});

Deno.test("a muted publisher disappears, and may come back later", async () => {
  await using server = await start();
  await server.run("room", "set", String(ROOM), "--owner", "Bob");
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await publish(ann, bob);
  const view = await bob.video.watch(ROOM, ann.uid);
  await view.next();
  await bob.send(redDotAffectsVideo, { gid: ROOM, on: true });
  await bob.send(redDot, { gid: ROOM, uid: ann.uid });
  await ann.expect(redDotOn);
  assert.equal(await view.closed, "by the server");
  assert.ok(!ann.video.isSending);
  await ann.video.stop();
  await assert.rejects(() => ann.video.publish(ROOM), /red dot/);
  await bob.send(unredDot, { gid: ROOM, uid: ann.uid });
  await ann.video.stop();
  await bob.settle();
  await publish(ann, bob);
});

Deno.test("leaving, being bounced and a lost line end every view", async () => {
  await using server = await start();
  await server.run("room", "set", String(ROOM), "--owner", "Bob");
  await using bob = await enter(server, "Bob");
  const names: string[] = ["Cat", "Dan", "Eve", "Fay"];
  for (
    const end of [
      (ann: PaltalkClient) => ann.rooms.leave(ROOM),
      (ann: PaltalkClient) => bob.send(roomBounce, { gid: ROOM, uid: ann.uid }),
      (ann: PaltalkClient) => ann.close(),
      (ann: PaltalkClient) => server.signOn(ann.nickname),
    ]
  ) {
    // A different user each time, because bounced users cannot return.
    await using ann = await enter(server, names.pop()!);
    await publish(ann, bob);
    const view = await bob.video.watch(ROOM, ann.uid);
    await view.next();
    const other = await end(ann);
    assert.equal(await view.closed, "by the server");
    await (other as PaltalkClient | undefined)?.close();
  }
});

Deno.test("a client that reconnects publishes and watches again", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await publish(ann, bob);
  const before = await bob.video.watch(ROOM, ann.uid);
  await before.next();
  await ann.reconnect();
  assert.equal(await before.closed, "by the server");
  await ann.settle();
  await publish(ann, bob);
  const after = await bob.video.watch(ROOM, ann.uid);
  await after.next();
  await after.next();
});

Deno.test("a block closes the view, and the picture is no longer offered", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await publish(ann, bob);
  const view = await bob.video.watch(ROOM, ann.uid);
  await view.next();
  await ann.send(blockBuddy, { uid: bob.uid });
  assert.equal(await view.closed, "by the server");
  await assert.rejects(() => bob.video.watch(ROOM, ann.uid), /no picture/);
});

Deno.test("a closed room ends its pictures on every screen", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await publish(ann, bob);
  const view = await bob.video.watch(ROOM, ann.uid);
  await view.next();
  await server.run("room", "close", String(ROOM));
  await Promise.all([ann.expect(roomClosed), bob.expect(roomClosed)]);
  assert.equal(await view.closed, "by the server");
});

Deno.test("the switch of a room and that of the server turn video off", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await publish(ann, bob);
  const view = await bob.video.watch(ROOM, ann.uid);
  await view.next();
  await server.run("room", "set", String(ROOM), "--video", "no");
  assert.equal(await view.closed, "by the server");
  await ann.video.stop();
  await assert.rejects(() => ann.video.publish(ROOM), /turned off/);

  await using off = await TestServer.start({
    users: ["Ann"],
    flags: ["--no-video"],
  });
  assert.equal(off.ready.video, null);
  await using dan = await off.signOn("Ann");
  const { video } = await dan.rooms.join(ROOM);
  assert.equal(video, 0);
  await assert.rejects(() => dan.video.publish(ROOM), /does not carry video/);
});

Deno.test("a picture that old viewers cannot show does not reach them", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  let number = 0;
  const bad = makePicture().slice();
  bad.fill(0, 0, 10);
  const wide = makePicture({ width: 641 });
  await ann.video.publish(ROOM, {
    intervalMs: 100,
    picture: () => [bad, wide, makePicture({ mark: "good" })][number++ % 3]!,
  });
  await icon(bob, ann.uid, CAMERA.on);
  const view = await bob.video.watch(ROOM, ann.uid);
  for (let i = 0; i < 4; i++) {
    const picture = await view.next();
    assert.equal(pictureFault(picture), undefined);
    assert.equal(markOf(picture), "good");
  }
});

Deno.test("`status` shows webcams, and VIDEO_PUBLISH_TO names the advertised address", async () => {
  await using server = await start({ "server.advertise": "198.51.100.9" });
  await using ann = await enter(server, "Ann");
  // The announced address is not this machine, so no picture can be sent.
  await ann.send(
    (await import("../../lib/protocol/packets/room_video.ts"))
      .startPublishVideo,
    { gid: ROOM },
  );
  const to = await ann.expect(videoPublishTo);
  assert.deepEqual(to, {
    gid: ROOM,
    address: "198.51.100.9",
    videoPort: to.videoPort,
  });
  assert.ok(server.videoPorts.includes(to.videoPort));
  const status = JSON.parse(await server.run("status", "--json"));
  assert.equal(status.video.publishers, 1);
  assert.equal(status.endpoints.video, server.ready.video);
});

Deno.test("staff see who shows a webcam, and end one picture", async () => {
  await using server = await start();
  await using ann = await enter(server, "Ann");
  await using bob = await enter(server, "Bob");
  await publish(ann, bob);
  const view = await bob.video.watch(ROOM, ann.uid);
  await view.next();
  const list = async () =>
    JSON.parse(await server.run("video", "list", "--json"));
  let [webcam, ...more] = await list();
  // Gateways report once a second.
  for (let i = 0; i < 20 && webcam.pictures === 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    [webcam, ...more] = await list();
  }
  assert.deepEqual(more, []);
  assert.equal(webcam.nickname, "Ann");
  assert.equal(webcam.viewers, 1);
  assert.ok(webcam.pictures >= 1 && webcam.bytes >= 4000);

  await server.run("video", "stop", "Ann", "--for", "10m");
  assert.equal(await view.closed, "by the server");
  await ann.video.stop();
  await assert.rejects(() => ann.video.publish(ROOM), /Staff/);
  // Leaving and signing on again makes no difference.
  await ann.reconnect();
  await ann.settle();
  await assert.rejects(() => ann.video.publish(ROOM), /Staff/);
  await server.run("video", "allow", "Ann");
  await publish(ann, bob);
});
