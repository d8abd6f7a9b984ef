import assert from "node:assert/strict";
import { listenersOn, uplinkText, uploadKbit } from "./uplink.ts";

Deno.test("an uplink carries one speaker to so many listeners", () => {
  assert.equal(listenersOn(0), 0);
  assert.equal(listenersOn(1000), 50);
  assert.match(
    uplinkText(1000, 10_000),
    /about 50 listeners.*about 10 views of a webcam.*\(10 kB\/s/,
  );
  assert.match(uplinkText(20, 10_000), /about 1 listener,.*0 views/);
});

Deno.test("voice and video take so much of the uplink", () => {
  assert.equal(uploadKbit(12.5, 0), 16);
  assert.equal(uploadKbit(12.5, 1000), 24);
});
