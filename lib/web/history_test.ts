import { deepEqual, equal } from "node:assert/strict";
import { withStore } from "../../tests/support/db/temp.ts";
import { HistoryRecorder } from "./history.ts";
import { FakeLive } from "../../tests/support/web/fake_live.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

Deno.test("HistoryRecorder keeps samples at falling resolution", () =>
  withStore((store) => {
    const live = new FakeLive();
    let now = Date.UTC(2002, 6, 31, 12);
    const recorder = new HistoryRecorder({
      live,
      store,
      log: quiet,
      clock: () => now,
    });
    const start = now;
    let packets = 0;
    // An hour and ten seconds: the last sample of each kind is still
    // incomplete.
    for (let i = 0; i <= 361; i++) {
      packets += 20;
      live.statusMore = {
        sessions: i % 2 ? 10 : 20,
        talkers: i === 100 ? 3 : 0,
        totals: { ...live.status().totals, packetsIn: packets },
      };
      recorder.sample();
      now += 10_000;
    }
    equal(store.history.list(10, 0).length, 361);
    const coarse = store.history.list(300, 0);
    equal(coarse.length, 12);
    deepEqual(coarse[3], {
      at: start + 900_000,
      sessions: 15,
      rooms: 0,
      talkers: 3,
      packets: 600,
      voiceFrames: 0,
    });
    equal(store.history.list(1800, 0).length, 2);
    equal(store.history.list(21_600, 0).length, 0);
  }));

Deno.test("HistoryRecorder removes samples beyond their retention", () =>
  withStore((store) => {
    let now = Date.UTC(2002, 6, 31, 12);
    const old = {
      sessions: 1,
      rooms: 1,
      talkers: 0,
      packets: 0,
      voiceFrames: 0,
    };
    store.history.add(10, { ...old, at: now - 3 * 3_600_000 });
    store.history.add(10, { ...old, at: now - 3_600_000 });
    const recorder = new HistoryRecorder({
      live: new FakeLive(),
      store,
      log: quiet,
      clock: () => now,
    });
    recorder.sample();
    now += 10_000;
    deepEqual(
      store.history.list(10, 0).map(({ at }) => at),
      [now - 10_000 - 3_600_000],
    );
  }));
