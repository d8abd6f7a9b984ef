import assert from "node:assert/strict";
import fc from "fast-check";
import { foldName } from "./names.ts";

Deno.test("foldName() makes every capital of Windows-1252 small", () => {
  assert.equal(foldName("AZ ÀÖ ØÞ ŠŒŽŸ"), "az àö øþ šœžÿ");
  assert.equal(foldName("az àö×÷ß øþÿ šœž ƒµ_%"), "az àö×÷ß øþÿ šœž ƒµ_%");
});

Deno.test("foldName() keeps length, beginnings and what is folded", () =>
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat(), (name, cut) => {
      const key = foldName(name);
      assert.equal(key.length, name.length);
      assert.equal(foldName(key), key);
      assert.ok(key.startsWith(foldName(name.slice(0, cut))));
    }),
  ));
