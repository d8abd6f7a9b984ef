/**
 * Requests over the rate: the client waits forever for a missing answer, and
 * answers cost more than requests.
 *
 * @module
 */
import assert from "node:assert/strict";
import { concat } from "../../lib/protocol/bytes.ts";
import { packet, u32 } from "../reliability/support/peer.ts";
import { Rig } from "../reliability/support/rig.ts";

const REFRESH = packet("REFRESH_CATEGORIES", u32(0), u32(0));

Deno.test("lists, searches and unknown senders over the rate are answered late", async () => {
  await using rig = await Rig.start({
    config: { "limits.packets_per_second": 200, "limits.packet_burst": 200 },
  });
  const ann = await rig.guest("Ann");
  const { uid } = rig.user("Bob");
  const count = 150;
  const search = packet("USER_SEARCH", "exnick=nobody\n");
  const ask = packet("REQUEST_USER", u32(uid));
  const before = performance.now();
  await ann.write(
    concat(Array.from({ length: count }, () => concat([REFRESH, search, ask]))),
  );
  const answers = ["CATEGORY_COUNT", "SEARCH_ERROR", "USER_INFO"] as const;
  for (const answer of answers) {
    await ann.until(() => ann.count(answer) >= count || undefined, answer);
  }
  // 150 times 1 + 3 + 1 packets, of which 200 may be sent immediately.
  assert.ok(performance.now() - before > 2000);
  assert.equal(rig.server.live.status().totals.packetsOverRate, 0);
});

Deno.test("answers are charged by their bytes", async () => {
  await using rig = await Rig.start({
    config: {
      "limits.packets_per_second": 1000,
      "limits.answer_bytes_per_second": 1000,
    },
  });
  const ann = await rig.guest("Ann");
  await ann.write(REFRESH);
  const one = (await ann.expect("CATEGORY_COUNT")).length;
  // The budget of ten seconds is available immediately, and then 1000 bytes a
  // second.
  const count = Math.ceil(12_000 / one);
  const before = performance.now();
  await ann.write(concat(Array.from({ length: count }, () => REFRESH)));
  await ann.until(
    () => ann.count("CATEGORY_COUNT") === count || undefined,
    "all answers",
  );
  const ms = performance.now() - before;
  assert.ok(ms > 1000, `${count} answers of ${one} bytes in ${ms} ms`);
});

Deno.test("a client that waits for a late answer can be disconnected", async () => {
  await using rig = await Rig.start({
    config: { "limits.packets_per_second": 1, "limits.packet_burst": 10 },
  });
  const ann = await rig.guest("Ann");
  await ann.write(concat(Array.from({ length: 100 }, () => REFRESH)));
  await ann.expect("CATEGORY_COUNT");
  rig.server.live.kick(ann.uid, "test");
  await ann.ended();
});

Deno.test("a client that hangs up is not kept online by what it still asks for", async () => {
  await using rig = await Rig.start({
    config: { "limits.packets_per_second": 1, "limits.packet_burst": 10 },
  });
  for (const end of ["FIN", "BYE and FIN"]) {
    const ann = await rig.guest();
    await ann.write(concat([
      ...Array.from({ length: 1000 }, () => REFRESH),
      ...end === "FIN" ? [] : [packet("BYE")],
    ]));
    await ann.expect("CATEGORY_COUNT");
    // Without a reset, which a failing write would reveal.
    await ann.conn.closeWrite();
    await rig.until(
      () => rig.server.live.status().sessions === 0,
      `the end of the session after ${end}`,
    );
  }
});

Deno.test("a flood of questions that wait is disconnected as a flood", async () => {
  await using rig = await Rig.start({
    config: { "limits.packets_per_second": 1, "limits.packet_burst": 10 },
  });
  const ann = await rig.guest("Ann");
  await ann.write(concat(Array.from({ length: 10_000 }, () => REFRESH)));
  assert.match(await ann.refused("LOGIN"), /too much at once/);
  await ann.ended();
});
