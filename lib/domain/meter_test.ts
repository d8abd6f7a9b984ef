import assert from "node:assert/strict";
import { VOICE_LIMITS } from "../voice/limits.ts";
import { Meter, speechMeter } from "./meter.ts";

Deno.test("Meter fills by time, up to the burst, and may go into debt", () => {
  const meter = new Meter(() => 1000, () => 500);
  assert.equal(meter.level(0), 500);
  meter.spend(800, 0);
  assert.equal(meter.level(0), -300);
  assert.equal(meter.level(300), 0);
  assert.equal(meter.level(10_000), 500);
  // A clock that jumps back costs nobody anything.
  assert.equal(meter.level(0), 500);
});

for (const frames of [4, 10]) {
  Deno.test(`the default rate carries packets of ${frames} frames, and a stall`, () => {
    // Prefix, RTP header, GSM frames of 33 bytes, trailer.
    const bytes = 4 + 12 + 33 * frames + 4;
    const meter = speechMeter(VOICE_LIMITS);
    let lost = 0;
    for (let sent = 0; sent < 60_000; sent += 20 * frames) {
      // The network holds back five seconds of every twenty.
      const now = sent % 20_000 < 5000 ? sent - sent % 20_000 + 5000 : sent;
      if (meter.level(now) < bytes) lost++;
      else meter.spend(bytes, now);
    }
    assert.equal(lost, 0);
  });
}
