import assert from "node:assert/strict";
import { inClientOrder } from "./category_order.ts";

const categories = (...names: string[]) =>
  names.map((name, i) => ({ code: 30001 + i, name, position: i + 1 }));
const names = (...given: string[]) =>
  inClientOrder(categories(...given)).map(({ name }) => name);

Deno.test("inClientOrder() puts Adult Oriented before other adults", () => {
  assert.deepEqual(
    names("Top", "NO ADULTS", "Young Adults (18+)", "Music", "Adult Oriented"),
    ["Top", "NO ADULTS", "Adult Oriented", "Young Adults (18+)", "Music"],
  );
});

Deno.test("inClientOrder() leaves a list alone that needs nothing", () => {
  for (
    const list of [
      [],
      ["Top", "Young Adults (18+)"],
      ["Adult Oriented", "Young Adults (18+)"],
      ["Music", "Adult Oriented"],
    ]
  ) assert.deepEqual(names(...list), list);
});
