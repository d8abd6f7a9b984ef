import { equal, match } from "node:assert/strict";
import { readable } from "../../web/chat/readable.ts";

Deno.test("colours that can be read stay as they are", () => {
  for (const color of ["#c00000", "#0000ff", "#000080"]) {
    equal(readable(color), color);
  }
});

Deno.test("colours that cannot be read get darker", () => {
  for (const color of ["#ffffff", "#ffff00", "#00ff00", "#ff0000"]) {
    match(readable(color), /^#[0-9a-f]{6}$/);
    equal(readable(color) === color, false);
  }
  match(readable("#ffff00"), /^#([0-9a-f]{2})\1(?:00)$/);
});
