import assert from "node:assert/strict";
import { noQuality } from "../voice/quality.ts";
import type { GatewayStats } from "./control.ts";
import { GatewayUse } from "./gateway_use.ts";

type Report = Pick<GatewayStats, "video" | "quality">;

const report = (bytesOut: number, sent = 0): Report => ({
  video: { stats: { bytesOut }, cameras: [] } as unknown as Report["video"],
  quality: sent === 0 ? [] : [[7, { ...noQuality(), sent }]],
});

Deno.test("voice of gateways is added room by room, and taken once", () => {
  const use = new GatewayUse();
  use.add(report(0, 3), undefined);
  use.add(report(0, 4), undefined);
  assert.deepEqual([...use.takeVoice()], [[7, { ...noQuality(), sent: 7 }]]);
  assert.equal(use.takeVoice().size, 0);
});

Deno.test("video of gateways: what another core has counted is not counted again", () => {
  const use = new GatewayUse();
  const reports = [1000, 1500, 1500, 200].map((bytes) => report(bytes));
  let before: Report | undefined;
  for (const one of reports) {
    use.add(one, before);
    before = one;
  }
  // The last one is of a gateway that was started again.
  assert.equal(use.videoBytes, 500 + 200);
});
