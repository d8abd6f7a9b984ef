import assert from "node:assert/strict";
import { compatibility } from "../scripts/compatibility.ts";

const DOCUMENT = new URL("../docs/compatibility.md", import.meta.url);

Deno.test("docs/compatibility.md says what the code does: run `deno task compatibility`", async () => {
  assert.equal(await Deno.readTextFile(DOCUMENT), compatibility());
});

Deno.test("compatibility() knows no packet that is not handled or not held by a golden case", () => {
  const rows = compatibility().split("\n").filter((line) =>
    /^\| -?\d/.test(line)
  ).map((line) => line.split("|").map((cell) => cell.trim()));
  assert.ok(rows.length > 140);
  for (const [, , , name, , parsed, handled, golden] of rows) {
    assert.notEqual(handled, "not handled", name);
    if (handled === "never sent") continue;
    assert.equal(parsed, "yes", name);
    assert.equal(golden, "yes", name);
  }
});
