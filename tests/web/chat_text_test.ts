/** The old client's markup, as parsed and written by the page /chat. */
import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import {
  PLAIN,
  plainText,
  readMarkup,
  safeAddress,
  whisperIn,
  writeMarkup,
} from "../../web/chat/text.ts";

const links = (text: string) =>
  readMarkup(text).filter(({ href }) => href !== undefined)
    .map(({ text, href }) => [text, href]);

Deno.test("links lead to web pages and mail only", () => {
  deepEqual(links("see www.example.org/a, or (https://b.example)."), [
    ["www.example.org/a", "http://www.example.org/a"],
    ["https://b.example", "https://b.example/"],
  ]);
  deepEqual(links('<pa href="http://x.example/">here</pa> and there'), [
    ["here", "http://x.example/"],
  ]);
  for (
    const address of [
      "javascript:alert(1)",
      " javascript:alert(1)",
      "JaVaScRiPt:alert(1)",
      "data:text/html,<script>alert(1)</script>",
      "vbscript:x",
      "file:///etc/passwd",
      "blob:https://a/b",
      "//a.example",
      "/desk",
      "",
    ]
  ) {
    equal(safeAddress(address), undefined, address);
    deepEqual(links(`<pa href="${address}">here</pa>`), [], address);
  }
  equal(safeAddress("mailto:ann@example.org"), "mailto:ann@example.org");
});

Deno.test("tags of HTML are text; tags of the client never show", () => {
  equal(plainText("<b>a</b><script>x</script>"), "<b>a</b><script>x</script>");
  equal(plainText('<pb>a<pbr>b</pb></pi><pfont color="#255">c'), "a\nbc");
  const [only] = readMarkup('<pfont color="#255"><pu>a</pu></pfont>');
  deepEqual([only?.color, only?.underline], ["#ff0000", true]);
  equal(readMarkup('<pfont-size="200">a')[0]?.size, 36);
});

Deno.test("a whisper is found within its stars", () => {
  equal(whisperIn("hello"), undefined);
  equal(
    whisperIn(
      "<pi>***** Start Whisper ***** psst ***** End Whisper *****</pi>",
    ),
    "psst",
  );
  equal(
    whisperIn("***** Start Whisper\npsst\n***** End Whisper"),
    "psst",
  );
});

Deno.test("what is written with a look is read with it", () => {
  fc.assert(fc.property(
    fc.record({
      bold: fc.boolean(),
      italic: fc.boolean(),
      underline: fc.boolean(),
      color: fc.constantFrom(undefined, "#ff0000", "#102030", "#0000ff"),
      size: fc.constantFrom(undefined, 8, 18, 36),
    }),
    fc.string({ minLength: 1 }).filter((text) => !/[<>]|www|:\/\//i.test(text)),
    (look, text) => {
      deepEqual(readMarkup(writeMarkup(text, look)), [
        { ...look, text, href: undefined },
      ]);
    },
  ));
  equal(writeMarkup("plain", PLAIN), "plain");
});

Deno.test("no text makes the reader fail or lose letters outside tags", () => {
  const piece = fc.constantFrom(
    "<pb>",
    "</pb>",
    "<pfont",
    '<pfont color="#1">',
    "</pfont>",
    '<pa href="x">',
    "</pa>",
    "<",
    ">",
    "a ",
    "www.",
    "http://",
  );
  fc.assert(fc.property(fc.array(piece), (pieces) => {
    const text = pieces.join("");
    const letters = pieces.filter((one) => one === "a ").length;
    const shown = plainText(text);
    equal(shown.split("a ").length - 1 >= letters, true, text);
  }));
});
