import { equal } from "node:assert/strict";
import { needsDark } from "../../web/chat/readable.ts";

Deno.test("light colours need dark paper, the others do not", () => {
  for (const color of ["#000080", "#0000ff", "#c00000", "#ff0000", "#000000"]) {
    equal(needsDark(color), false, color);
  }
  for (const color of ["#ffffff", "#ffff00", "#00ff00", "#00ffff"]) {
    equal(needsDark(color), true, color);
  }
});
