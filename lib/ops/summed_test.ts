import assert from "node:assert/strict";
import { summed } from "./summed.ts";

Deno.test("summed() adds numbers, joins lists and keeps keys of either", () => {
  assert.deepEqual(
    summed(
      { links: 1, rooms: [{ gid: 1 }], dropped: { rate: 2 } as object },
      { links: 3, rooms: [{ gid: 2 }], dropped: { rate: 4, lag: 5 } as object },
    ),
    {
      links: 4,
      rooms: [{ gid: 1 }, { gid: 2 }],
      dropped: { rate: 6, lag: 5 },
    },
  );
});
