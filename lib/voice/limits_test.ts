import assert from "node:assert/strict";
import { TokenBucket } from "../net/rates.ts";
import { speechRate, VOICE_LIMITS } from "./limits.ts";

for (const frames of [4, 10]) {
  Deno.test(`the default rate carries packets of ${frames} frames, and a stall`, () => {
    // Prefix, RTP header, GSM frames of 33 bytes, trailer.
    const bytes = 4 + 12 + 33 * frames + 4;
    const bucket = new TokenBucket(speechRate(VOICE_LIMITS));
    let lost = 0;
    for (let sent = 0; sent < 60_000; sent += 20 * frames) {
      // The network holds back five seconds of every twenty.
      const now = sent % 20_000 < 5000 ? sent - sent % 20_000 + 5000 : sent;
      if (!bucket.take(now, bytes)) lost++;
    }
    assert.equal(lost, 0);
  });
}
