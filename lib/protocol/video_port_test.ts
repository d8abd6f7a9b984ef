import assert from "node:assert/strict";
import fc from "fast-check";
import { concat, hex, unhex } from "./bytes.ts";
import {
  decodeCounter,
  encodeAnswerHead,
  encodeCounter,
  encodeOffset,
  encodeRequest,
  INCOMPLETE,
  MAX_HEAD_BYTES,
  MAX_OFFSET,
  NOT_A_REQUEST,
  readAnswer,
  readRequest,
  type VideoRequest,
} from "./video_port.ts";
import { encodeText } from "./windows1252.ts";

/** The examples of the specification, and captured requests. */
const EXAMPLES: readonly (readonly [VideoRequest, Uint8Array])[] = [
  [
    { kind: "publisher hello", uid: 1000002 },
    unhex("00000384 000f4242"),
  ],
  [
    { kind: "viewer hello", publisher: 1000002, viewer: 1000003 },
    unhex("0000038e 000f4242 000f4243"),
  ],
  [
    { kind: "picture", uid: 1000002, digits: "2907279730772327", size: 3952 },
    unhex(
      "000003e8 000f4242 0010 32393037323739373330373732333237 00000f70",
    ),
  ],
  [
    {
      kind: "fetch",
      publisher: 1000002,
      viewer: 1000003,
      digits: "2907279730772327",
    },
    encodeText("GET /ab?1&1000002&1000003&2907279730772327\n"),
  ],
];

for (const [request, bytes] of EXAMPLES) {
  Deno.test(`readRequest and encodeRequest agree on a ${request.kind}`, () => {
    assert.equal(hex(encodeRequest(request)), hex(bytes));
    // A picture follows its head immediately.
    const more = request.kind === "picture" ? unhex("ffd8ffe0") : unhex("");
    assert.deepEqual(readRequest(concat([bytes, more])), {
      request,
      bytes: bytes.length,
    });
    assert.ok(bytes.length <= MAX_HEAD_BYTES);
    for (let length = 0; length < bytes.length; length++) {
      const part = readRequest(bytes.subarray(0, length));
      assert.equal(part, INCOMPLETE, `${length} bytes`);
    }
  });
}

const uid = fc.nat(0xffffffff);
const digits = fc.stringMatching(/^\d{4,64}$/);
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  return fc.record(model, { noNullPrototype: true });
}
const REQUESTS: fc.Arbitrary<VideoRequest> = fc.oneof(
  record({ kind: fc.constant("publisher hello" as const), uid }),
  record({
    kind: fc.constant("viewer hello" as const),
    publisher: uid,
    viewer: uid,
  }),
  record({
    kind: fc.constant("picture" as const),
    uid,
    digits,
    size: fc.integer({ min: 100, max: 50_000 }),
  }),
  record({
    kind: fc.constant("fetch" as const),
    publisher: uid,
    viewer: uid,
    digits,
  }),
);

Deno.test("readRequest returns every request that encodeRequest writes", () => {
  fc.assert(fc.property(REQUESTS, (request) => {
    const bytes = encodeRequest(request);
    assert.deepEqual(readRequest(bytes), { request, bytes: bytes.length });
  }));
});

Deno.test("readRequest decides within MAX_HEAD_BYTES, whatever comes", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("00000384", "000003e8", "0000038e", "47455420", ""),
      fc.uint8Array({ minLength: MAX_HEAD_BYTES, maxLength: 300 }),
      (start, rest) => {
        const read = readRequest(concat([unhex(start), rest]));
        assert.notEqual(read, INCOMPLETE);
      },
    ),
    { numRuns: 2000 },
  );
});

for (
  const [what, bytes] of [
    ["another first word", unhex("00000385 000f4242")],
    ["a voice hello", unhex("0000c351 000f4242")],
    ["a picture of 50,001 bytes", picture(50_001)],
    ["a picture of 99 bytes", picture(99)],
    ["a picture of 4 GB", picture(0xffffffff)],
    ["65 digits", unhex("000003e8 000f4242 0041" + "31".repeat(65))],
    ["no digits", unhex("000003e8 000f4242 0000 00000f70")],
    ["another path", encodeText("GET /index.html HTTP/1.1\r\n")],
    ["letters for digits", encodeText("GET /ab?1&1&2&abcd\n")],
    ["a line without an end", encodeText("GET /ab?1&" + "1".repeat(200))],
  ] as const
) {
  Deno.test(`readRequest refuses ${what}`, () => {
    assert.equal(readRequest(bytes), NOT_A_REQUEST);
  });
}

function picture(size: number): Uint8Array {
  return encodeRequest({ kind: "picture", uid: 1, digits: "1234", size });
}

Deno.test("decodeCounter reads the captured digits under offset 7", () => {
  for (
    const [digits, counter] of [
      ["2907279730772327", 1000],
      ["2907279730772417", 1009],
      ["2907281731172417", 1249],
    ] as const
  ) assert.equal(decodeCounter(digits, 7), counter);
  const others = Array.from({ length: MAX_OFFSET + 1 }, (_, offset) => offset)
    .filter((offset) =>
      decodeCounter("2907279730772327", offset) !== undefined
    );
  // The limerick contains "a big fat horse" twice.
  assert.deepEqual(others, [7, 44]);
});

Deno.test("decodeCounter refuses a group whose noise is not a digit", () => {
  const digits = encodeCounter(1234, 7);
  assert.equal(decodeCounter(digits, 7), 1234);
  for (const at of [3, 7, 11, 15]) {
    const broken = digits.slice(0, at) + "/" + digits.slice(at + 1);
    assert.equal(decodeCounter(broken, 7), undefined);
  }
});

Deno.test("decodeCounter returns what encodeCounter wrote at any offset", () => {
  fc.assert(
    fc.property(
      fc.nat(MAX_OFFSET),
      fc.nat(999_999_999),
      fc.nat(9),
      (offset, counter, noise) => {
        const digits = encodeCounter(counter, offset, () => noise);
        assert.equal(decodeCounter(digits, offset), counter);
      },
    ),
  );
});

Deno.test("decodeCounter accepts any digits without throwing", () => {
  fc.assert(
    fc.property(fc.nat(MAX_OFFSET), fc.string(), digits, (at, text, digits) => {
      for (const given of [text, digits]) {
        const counter = decodeCounter(given, at);
        assert.ok(counter === undefined || Number.isSafeInteger(counter));
      }
    }),
  );
});

Deno.test("encodeOffset writes the answer to a hello", () => {
  assert.equal(hex(encodeOffset(7)), "0007");
  assert.equal(hex(encodeOffset(300)), "012c");
});

Deno.test("readAnswer finds the picture as the real client does", () => {
  const body = unhex("ffd8ffd9");
  for (
    const head of [
      encodeAnswerHead(4),
      encodeText("Content-Length: 4\n\n"),
      encodeText("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"),
    ]
  ) {
    const bytes = concat([head, body]);
    assert.deepEqual(readAnswer(bytes), body);
    assert.equal(readAnswer(bytes.subarray(0, -1)), INCOMPLETE);
  }
  const bare = encodeText("HTTP/1.1 404 Not Found\r\n\r\n");
  assert.equal(readAnswer(bare), NOT_A_REQUEST);
});
