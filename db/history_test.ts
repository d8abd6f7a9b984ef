import assert from "node:assert/strict";
import { withStore } from "../tests/support/db/temp.ts";

const sample = (at: number, sessions = 1) => ({
  at,
  sessions,
  rooms: 2,
  talkers: 3,
  packets: 4,
  voiceFrames: 5,
});

Deno.test("history keeps one series for each resolution", () =>
  withStore(({ history }) => {
    history.add(60, sample(2000));
    history.add(60, sample(1000));
    history.add(3600, sample(3000));
    history.add(60, sample(2000, 9));
    assert.deepEqual(history.list(60, 0), [sample(1000), sample(2000, 9)]);
    assert.deepEqual(history.list(60, 1001), [sample(2000, 9)]);
    history.prune(60, 2000);
    assert.deepEqual(history.list(60, 0), [sample(2000, 9)]);
    assert.deepEqual(history.list(3600, 0), [sample(3000)]);
  }));
