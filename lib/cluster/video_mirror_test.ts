import assert from "node:assert/strict";
import { type CameraVideo, VideoMirror } from "./video_mirror.ts";

const ann = { uid: 11, session: 1, address: "192.0.2.1" };
const bob = { uid: 12, session: 2, address: "192.0.2.2", since: 5 };
const camera: CameraVideo = {
  ...ann,
  gid: 50001,
  since: 3,
  live: false,
  views: [bob],
};

Deno.test("VideoMirror has the cameras and views of the latest update", () => {
  const ended: string[] = [];
  const mirror = new VideoMirror((change) => ended.push(change.what));
  mirror.update([camera]);
  const { cameras } = mirror;
  const first = cameras.of(11);
  assert.equal(first?.session.address, "192.0.2.1");
  assert.equal(cameras.view(12, 11)?.viewer.id, 2);
  // An unchanged list keeps the objects that the relay refers to.
  mirror.update([{ ...camera, live: true }]);
  assert.equal(cameras.of(11), first);
  assert.equal(first?.live, true);
  assert.deepEqual(ended, []);
  mirror.update([{ ...camera, views: [] }]);
  assert.equal(cameras.view(12, 11), undefined);
  assert.deepEqual(ended, ["view ended"]);
  // A camera of a later session is a different camera.
  mirror.update([{ ...camera, session: 9 }]);
  assert.notEqual(cameras.of(11), first);
  mirror.update([]);
  assert.equal(cameras.size, 0);
  assert.deepEqual(ended, ["view ended", "camera ended", "camera ended"]);
});
