import { equal, throws } from "node:assert/strict";
import { defaultConfig } from "../config/config.ts";
import { OpenStreams } from "./open_streams.ts";

Deno.test("OpenStreams does not let a few hosts keep all streams", () => {
  const { limits } = defaultConfig({
    "limits.web_connections": 20,
    "limits.web_connections_per_address": 8,
  });
  const lines: unknown[] = [];
  const streams = new OpenStreams(() => limits, (one) => one === "10.0.0.9", {
    debug() {},
    warn: (_, fields) => void lines.push(fields?.["reason"]),
  });
  const ended: string[] = [];
  const enter = (address: string) =>
    streams.enter(address, () => void ended.push(address));
  for (let n = 0; n < 4; n++) enter("10.0.0.1");
  throws(() => enter("10.0.0.1"), /Too many people/);
  for (let n = 0; n < 6; n++) enter("10.0.0.9");
  equal(streams.count, 10);
  const leave = enter("10.0.0.2");
  equal(ended.join(), "10.0.0.9");
  equal(streams.count, 10);
  equal(lines.length, 2);
  leave();
  equal(streams.count, 9);
});
