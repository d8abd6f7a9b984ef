import assert from "node:assert/strict";
import fc from "fast-check";
import { hex, unhex } from "./bytes.ts";
import {
  decodeDigits,
  encodeDigits,
  GAIM_LIMERICK,
  isVerifiable,
  keyOffset,
  LIMERICK,
  MAX_KEY_NUMBER,
  MIN_KEY_NUMBER,
  SMTP_OFFSET,
} from "./challenge.ts";
import { decodeText, encodeText } from "./windows1252.ts";

Deno.test("LIMERICK is the client's, byte for byte where copies differ", () => {
  assert.equal(LIMERICK.length, 354);
  assert.equal(LIMERICK.slice(84, 91), "becuase");
  assert.equal(LIMERICK.charCodeAt(353), 0x0a);
  assert.ok(/^[\x20-\x7e]*$/.test(LIMERICK.slice(0, 353)));
  assert.equal(LIMERICK.split("'").length - 1, 4);
});

Deno.test("GAIM_LIMERICK differs at 87, 88 and 353 only", () => {
  assert.equal(GAIM_LIMERICK.length, 354);
  const differ = [...LIMERICK].flatMap((letter, i) =>
    letter === GAIM_LIMERICK[i] ? [] : [i]
  );
  assert.deepEqual(differ, [87, 88, 353]);
  assert.equal(GAIM_LIMERICK.charCodeAt(353), 0x0d);
});

/**
 * Worked examples: the password, the key's number, and the digits, with x for
 * each random one.
 */
const EXAMPLES = [
  ["test", 509, "309x 340x 369x 371x"],
  ["test", 551, "339x 267x 378x 365x"],
  ["h2kclan", 551, "327x 216x 370x 348x 381x 291x 389x"],
  ["secret", 551, "338x 267x 362x 363x 374x 310x"],
  ["secret", 609, "356x 340x 359x 370x 291x 382x"],
  ["secret", 809, "334x 267x 362x 377x 373x 378x"],
  [
    "password1234",
    551,
    "335x 263x 378x 364x 392x 305x 393x 368x 312x 254x 235x 262x",
  ],
] as const;

for (const [password, number, digits] of EXAMPLES) {
  const offset = number - MIN_KEY_NUMBER;
  Deno.test(`encodeDigits encodes ${password} under ${number}`, () => {
    const expected = digits.replaceAll("x", "0").replaceAll(" ", "");
    assert.equal(encodeDigits(encodeText(password), offset, 1), expected);
  });
  Deno.test(`decodeDigits recovers ${password} under ${number}`, () => {
    let noise = 0;
    const noisy = digits.replaceAll(" ", "")
      .replaceAll("x", () => String(noise++ % 10));
    const clear = decodeDigits(noisy, offset, 1);
    assert.equal(decodeText(clear!), password);
  });
}

Deno.test("decodeDigits reads what the real client sent", () => {
  const sent = [
    [42, "33832679362736333740310932823176", "secret11"],
    [100, "3205355436433570304534653843373924993839", "OtherPw_7x"],
  ] as const;
  for (const [offset, digits, password] of sent) {
    assert.equal(decodeText(decodeDigits(digits, offset, 1)!), password);
  }
});

Deno.test("decodeDigits reads an old server's smtp= value as variant 2", () => {
  const smtp =
    "33802760272033402040337033003400278033003370356021203410364036103110" +
    "290022503180356037302770374030803600291029603310";
  assert.equal(
    decodeText(decodeDigits(smtp, SMTP_OFFSET, 2)!),
    "smtp.paltalk.fun:25:user:pass",
  );
});

Deno.test("decodeDigits undoes encodeDigits for any bytes, offset and noise", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 12 }),
      fc.integer({ min: 0, max: MAX_KEY_NUMBER - MIN_KEY_NUMBER }),
      fc.constantFrom(1 as const, 2 as const),
      fc.infiniteStream(fc.nat(1000)),
      (clear, offset, variant, noise) => {
        const digits = encodeDigits(
          clear,
          offset,
          variant,
          () => noise.next().value!,
        );
        assert.match(digits, /^(\d{4})*$/);
        assert.equal(hex(decodeDigits(digits, offset, variant)!), hex(clear));
      },
    ),
  );
});

Deno.test("decodeDigits of any input returns bytes or undefined", () => {
  const unit = fc.constantFrom(..."0123456789- x\n");
  fc.assert(
    fc.property(
      fc.string({ unit, maxLength: 80 }),
      fc.integer({ min: -600, max: 600 }),
      (digits, offset) => {
        const clear = decodeDigits(digits, offset, 1);
        if (clear !== undefined) assert.equal(4 * clear.length, digits.length);
      },
    ),
  );
  assert.equal(decodeDigits("338", 0, 1), undefined);
  assert.equal(decodeDigits("33x0", 0, 1), undefined);
  assert.equal(decodeDigits("3380", -345, 1), undefined);
  assert.equal(decodeDigits("3380".repeat(12), 343, 1), undefined);
});

Deno.test("encodeDigits throws where the limerick ends", () => {
  const clear = encodeText("password1234");
  encodeDigits(clear, MAX_KEY_NUMBER - MIN_KEY_NUMBER, 1);
  assert.throws(() => encodeDigits(clear, 343, 1), RangeError);
  assert.throws(() => encodeDigits(clear, -1, 1), RangeError);
});

Deno.test("keyOffset reads the decimal number at bytes 4 to 6", () => {
  const offset = (key: string) => keyOffset(unhex(key));
  assert.equal(offset("587946a6 353531 343733333132353138"), 42);
  assert.equal(offset("587946a6 363039 3437333331"), 100);
  assert.equal(offset("587946a6 313634 343733333132353138"), -345);
  assert.equal(offset("587946c2a6 3136 34343733333132353138"), -509, "UTF-8");
});

Deno.test("isVerifiable holds for the numbers 509 to 851", () => {
  const under = (number: number) =>
    isVerifiable(encodeText(`XyF\u00a6${number}473312518`));
  assert.deepEqual([508, 509, 851, 852].map(under), [false, true, true, false]);
  assert.ok(!isVerifiable(new Uint8Array()));
});
