import assert from "node:assert/strict";
import {
  isVerifiable,
  keyOffset,
  MAX_KEY_NUMBER,
  MIN_KEY_NUMBER,
} from "../protocol/challenge.ts";
import { hex } from "../protocol/bytes.ts";
import { decodeText } from "../protocol/windows1252.ts";
import {
  literalKey,
  makeKey,
  makeShortKey,
  readableKey,
} from "./server_key.ts";

const TEMPLATE = "XyF\u00a6NNN473312518";
const LITERAL = "XyF\u00a6164473312518";

Deno.test("makeKey replaces NNN with a number from 509 to 851", () => {
  const numberOf = (random: number) =>
    keyOffset(makeKey(TEMPLATE, () => random)) + MIN_KEY_NUMBER;
  assert.equal(numberOf(0), MIN_KEY_NUMBER);
  assert.equal(numberOf(0.999999), MAX_KEY_NUMBER);
  assert.equal(
    decodeText(makeKey(TEMPLATE, () => 0)),
    "XyF\u00a6509473312518",
  );
});

Deno.test("makeKey keeps a number that the template gives", () => {
  const key = makeKey("XyF\u00a6551473312518", Math.random);
  assert.equal(hex(key), "587946a6353531343733333132353138");
});

Deno.test("readableKey never is one that no password can be read under", () => {
  assert.ok(!isVerifiable(literalKey()));
  assert.ok(isVerifiable(readableKey(LITERAL, Math.random)));
  assert.equal(keyOffset(readableKey("XyF\u00a6609473312518", () => 0)), 100);
});

Deno.test("makeShortKey fits the client's twelve bytes", () => {
  assert.equal(
    hex(makeShortKey("XyF\u00a6609473312518", Math.random)),
    "587946a6363039343733333132".slice(0, 24),
  );
  assert.ok(isVerifiable(makeShortKey(LITERAL, Math.random)));
});
