import assert from "node:assert/strict";
import fc from "fast-check";
import {
  cleanValue,
  encodeList,
  encodeLists,
  encodeRecord,
  MAX_LINES,
  parseList,
  parseRecord,
  SEPARATOR,
} from "./records.ts";
import { decodeText, encodeText } from "./windows1252.ts";

const anyText = fc.string({ unit: "binary", maxLength: 40 });
/** Texts made mostly of the characters that break a record. */
const nastyText = fc.string({
  unit: fc.constantFrom("\u00c8", "\n", "\r", "\0", "=", "a", " ", "\u00e8"),
  maxLength: 20,
});
const value = fc.oneof(anyText, nastyText);
const key = fc.constantFrom("uid", "nickname", "first", "#", "nm");
const fields = fc.array(fc.tuple(key, value), { maxLength: 10 });

Deno.test("encodeRecord never emits a separator, line end or second = in a value", () => {
  fc.assert(fc.property(fields, fc.boolean(), (fields, keepEmpty) => {
    const bytes = encodeRecord(fields, { keepEmpty });
    assert.ok(!bytes.includes(SEPARATOR));
    assert.ok(!bytes.includes(0x00));
    const lines = decodeText(bytes).split("\n");
    assert.equal(lines.pop(), "", "the last line is ended too");
    if (keepEmpty) assert.equal(lines.length, fields.length);
    for (const line of lines) {
      assert.match(line, /^[^=]+=[^=\r]*$/);
      if (!keepEmpty) assert.doesNotMatch(line, /=$/);
    }
  }));
});

Deno.test("encodeRecord leaves out empty values unless told to keep them", () => {
  const fields = [["uid", 5], ["first", ""], ["last", "x"]] as const;
  assert.equal(decodeText(encodeRecord(fields)), "uid=5\nlast=x\n");
  assert.equal(
    decodeText(encodeRecord(fields, { keepEmpty: true })),
    "uid=5\nfirst=\nlast=x\n",
  );
});

Deno.test("cleanValue keeps a readable rest and is at peace with itself", () => {
  assert.equal(cleanValue("\u00c8ve = a\r\nb\0"), "Eve - a b ");
  fc.assert(fc.property(value, (value) => {
    assert.equal(cleanValue(cleanValue(value)), cleanValue(value));
    assert.equal(cleanValue(value) === "", value === "");
  }));
});

Deno.test("parseRecord returns what encodeRecord has written", () => {
  const clean = anyText.map((text) =>
    decodeText(encodeText(cleanValue(text))).trimEnd()
  );
  fc.assert(
    fc.property(fc.dictionary(key, clean), (record) => {
      const fields = Object.entries(record);
      const bytes = encodeRecord(fields, { keepEmpty: true });
      assert.deepEqual([...parseRecord(bytes)], fields);
    }),
  );
});

Deno.test("parseRecord splits at the first = and keeps the first of a key", () => {
  const record = parseRecord(
    encodeText("name=a=b\nnoequals\n=nokey\nname=c\nend=here"),
  );
  assert.deepEqual([...record], [["name", "a=b"], ["end", "here"]]);
});

Deno.test("parseRecord accepts no more lines than the client", () => {
  const lines = Array.from({ length: 500 }, (_, i) => `k${i}=v`).join("\n");
  assert.equal(parseRecord(encodeText(lines)).size, MAX_LINES);
});

Deno.test("parseRecord and parseList never throw", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
    parseRecord(bytes);
    parseList(bytes);
  }));
});

Deno.test("parseList drops empty records and needs no last separator", () => {
  const separator = Uint8Array.of(SEPARATOR);
  const text = decodeText(separator);
  const list = parseList(encodeText(`${text}a=1\n${text}${text}a=2\n`));
  assert.deepEqual(list.map((fields) => fields.get("a")), ["1", "2"]);
  assert.deepEqual(parseList(new Uint8Array()), []);
});

Deno.test("encodeLists ends each record and keeps within both limits", () => {
  const record = fc.uint8Array({ minLength: 1, maxLength: 50, max: 0x7f });
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 51, max: 200 }),
      (records, most, bytes) => {
        const payloads = encodeLists(records, { records: most, bytes });
        assert.ok(payloads.length > 0);
        let count = 0;
        for (const payload of payloads) {
          assert.ok(payload.length <= bytes);
          const held = payload.filter((byte) => byte === SEPARATOR).length;
          assert.ok(held <= most);
          if (payload.length > 0) assert.equal(payload.at(-1), SEPARATOR);
          count += held;
        }
        assert.equal(count, records.length, "none is lost");
      },
    ),
  );
});

Deno.test("encodeList drops entries that do not fit into one packet", () => {
  const records = [1, 2, 3].map((n) => encodeRecord([["a", n]]));
  const one = encodeList(records, { records: 2 });
  assert.deepEqual(parseList(one).map((fields) => fields.get("a")), ["1", "2"]);
  assert.equal(encodeList([], { records: 2 }).length, 0);
});
