import assert from "node:assert/strict";
import { compatibility } from "../scripts/compatibility.ts";

const DOCUMENT = new URL("../docs/compatibility.md", import.meta.url);

Deno.test("docs/compatibility.md says what the code does: run `deno task compatibility`", async () => {
  assert.equal(await Deno.readTextFile(DOCUMENT), await compatibility());
});

Deno.test("compatibility() knows no packet that is not handled or not tested", async () => {
  const rows = (await compatibility()).split("\n").filter((line) =>
    /^\| -?\d/.test(line)
  ).map((line) => line.split("|").map((cell) => cell.trim()));
  assert.ok(rows.length > 140);
  for (const [, , , name, , parsed, handled, tested] of rows) {
    assert.notEqual(handled, "not handled", name);
    if (handled === "never sent") continue;
    assert.equal(parsed, "yes", name);
    assert.match(tested!, /golden/, name);
    if (handled !== "not sent") assert.match(tested!, /behaviour/, name);
  }
});
