import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeText, encodeText } from "../protocol/windows1252.ts";
import type { WordAction } from "./moderation.ts";
import { WordFilter } from "./word_filter.ts";

function judge(words: Record<string, WordAction>, text: string) {
  const filter = new WordFilter(
    Object.entries(words).map(([word, action]) => ({
      word,
      action,
      by: "x",
      at: 0,
    })),
  );
  const { refused, flagged, text: after } = filter.judge(encodeText(text));
  return {
    refused: refused?.word,
    flagged: flagged.map(({ word }) => word),
    text: decodeText(after),
  };
}
const masked = (word: string, text: string) =>
  judge({ [word]: "mask" }, text).text;

Deno.test("WordFilter finds whole words, whatever their case and accents", () => {
  assert.equal(masked("darn", "Darn it, DARN!"), "**** it, ****!");
  assert.equal(masked("darn", "darning d\u00e0rn"), "darning ****");
  assert.equal(masked("cr\u00e9tin", "Cretin CR\u00c9TIN"), "****** ******");
  assert.equal(masked("a.b", "axb a.b"), "axb ***");
});

Deno.test("WordFilter takes stars and several words", () => {
  assert.equal(masked("darn*", "darning undarn"), "******* undarn");
  assert.equal(masked("*darn", "undarn darning"), "****** darning");
  assert.equal(masked("*darn*", "undarning"), "*********");
  assert.equal(masked("go away", "Go  away now"), "**  **** now");
});

Deno.test("WordFilter looks through the client's markup and keeps it", () => {
  assert.equal(
    masked("darn", "<pb>da</pb><pfont color=255>rn</pfont>"),
    "<pb>**</pb><pfont color=255>**</pfont>",
  );
  assert.equal(
    masked("darn", "<<FONTCOLOR=1>>d<pi>arn"),
    "<<FONTCOLOR=1>>*<pi>***",
  );
  assert.equal(
    masked("pfont", "<pfont color=1>hi</pfont>"),
    "<pfont color=1>hi</pfont>",
  );
  assert.equal(masked("darn", "a <darn> b"), "a <****> b");
});

Deno.test("WordFilter refuses before all else, and flags once", () => {
  const words = { bad: "mask", worse: "flag", worst: "refuse" } as const;
  assert.deepEqual(judge(words, "bad worse worse"), {
    refused: undefined,
    flagged: ["worse"],
    text: "*** worse worse",
  });
  assert.equal(judge(words, "bad worst").refused, "worst");
  assert.deepEqual(judge({}, "bad").text, "bad");
});

Deno.test("WordFilter changes letters only, never the length", () => {
  const filter = new WordFilter([
    { word: "ab*", action: "mask", by: "", at: 0 },
    { word: "c d", action: "mask", by: "", at: 0 },
  ]);
  const piece = fc.constantFrom(
    "ab",
    "c",
    " ",
    "d",
    "<pb>",
    "</pb>",
    "\u00c8",
    "<",
  );
  fc.assert(fc.property(fc.array(piece), (pieces) => {
    const text = encodeText(pieces.join(""));
    const { text: after } = filter.judge(text);
    assert.equal(after.length, text.length);
    for (const [i, byte] of after.entries()) {
      assert.ok(byte === text[i] || byte === 0x2a);
    }
    // Masking what was masked changes nothing more.
    assert.deepEqual(filter.judge(after).text, after);
  }));
});
