import { equal } from "node:assert/strict";
import { Keys, readSecret } from "./keys.ts";

/** Returns keys that arrive in these pieces. */
function typed(...pieces: string[]): Keys {
  const left = pieces.map((piece) => new TextEncoder().encode(piece));
  return new Keys({
    read(buffer) {
      const piece = left.shift();
      if (!piece) return Promise.resolve(null);
      buffer.set(piece);
      return Promise.resolve(piece.length);
    },
  });
}

Deno.test("readSecret() erases as a shell does", async () => {
  equal(await readSecret(typed("wrong\u0015right\r")), "right");
  equal(await readSecret(typed("one two\u0017x\r")), "one x");
  equal(await readSecret(typed("ab\u00e9\u007fc\r")), "abc");
  equal(await readSecret(typed("\b\u007fa\r")), "a");
});

Deno.test("readSecret() ignores arrow and function keys", async () => {
  equal(
    await readSecret(typed("a\u001b[D", "b\u001bOP", "\u001b[15~c\r")),
    "abc",
  );
  equal(await readSecret(typed("a", "\u001b", "b\r")), "ab");
});

Deno.test("readSecret() is null at Ctrl-C, Ctrl-D and the end of input", async () => {
  equal(await readSecret(typed("secret\u0003")), null);
  equal(await readSecret(typed("secret\u0004")), null);
  equal(await readSecret(typed("secret")), null);
});

Deno.test("Keys keeps pasted lines for the next question", async () => {
  for (const end of ["\r", "\n", "\r\n"]) {
    const keys = typed(`one${end}two${end}three${end}`);
    equal(await readSecret(keys), "one");
    equal(await readSecret(keys), "two");
    equal(await keys.line(), "three");
    equal(await keys.line(), null);
  }
});

Deno.test("Keys puts characters together that arrive in parts", async () => {
  const bytes = new TextEncoder().encode("\u00e9\u20ac\r");
  const keys = new Keys({
    read(buffer) {
      const at = bytes.length - left;
      if (left === 0) return Promise.resolve(null);
      buffer[0] = bytes[at] ?? 0;
      left--;
      return Promise.resolve(1);
    },
  });
  let left = bytes.length;
  equal(await readSecret(keys), "\u00e9\u20ac");
});
