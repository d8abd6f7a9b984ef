import { deepEqual, equal } from "node:assert/strict";
import { columns, durationText, oneLine, sizeText } from "./table_text.ts";

Deno.test("columns() are as wide as their widest cell", () => {
  deepEqual(columns(["A", "LONG"], [["xyz", "1"], ["\u00fc\u{1f600}", "2"]]), [
    "A    LONG",
    "xyz  1",
    "\u00fc\u{1f600}   2",
  ]);
});

Deno.test("oneLine() keeps names from moving the cursor", () => {
  equal(oneLine("a\u001b[2Jb\nc\u009bd"), "a\u00b7[2Jb\u00b7c\u00b7d");
});

Deno.test("durationText() and sizeText() say the two largest units and one", () => {
  equal(durationText(0), "0s");
  equal(durationText(3725), "1h 2m");
  equal(durationText(86400 * 2 + 5), "2d");
  equal(sizeText(999), "999 B");
  equal(sizeText(1_500_000), "1.5 MB");
});
