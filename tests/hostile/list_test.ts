import assert from "node:assert/strict";

const HERE = new URL(".", import.meta.url);

/** Returns the number and title of every tested attack. */
function tested(): Map<number, string> {
  const attacks = new Map<number, string>();
  for (const { name } of Deno.readDirSync(HERE)) {
    if (!name.endsWith("_test.ts")) continue;
    const text = Deno.readTextFileSync(new URL(name, HERE));
    for (const [, number, words] of text.matchAll(/"attack (\d+): ([^"]+)"/g)) {
      assert.ok(!attacks.has(Number(number)), `attack ${number} stands twice`);
      attacks.set(Number(number), words!);
    }
  }
  return attacks;
}

Deno.test("docs/reliability.md lists every attack that is tested, and no other", () => {
  const page = Deno.readTextFileSync(
    new URL("../../docs/reliability.md", HERE),
  );
  const listed = new Map(
    [...page.matchAll(/^\| (\d{2}) +\| (.+?) +\|$/gm)]
      .map(([, number, words]) => [Number(number), words!.toLowerCase()]),
  );
  const expected = new Map(
    [...tested()].map(([number, words]) => [number, words.toLowerCase()]),
  );
  const sorted = (map: Map<number, string>) =>
    [...map].sort(([a], [b]) => a - b);
  assert.deepEqual(sorted(listed), sorted(expected));
  assert.ok(expected.size >= 40);
});

Deno.test("SECURITY.md names tests that are there", async () => {
  const page = Deno.readTextFileSync(new URL("../../SECURITY.md", HERE));
  const table = page.slice(page.indexOf("## What is protected"));
  const attacks = tested();
  for (const [, from, to] of table.matchAll(/attacks? (\d\d)(?:–(\d\d))?/g)) {
    assert.ok(attacks.has(Number(from)) && attacks.has(Number(to ?? from)));
  }
  for (const [, path] of table.matchAll(/`((?:lib|db|tests)\/[\w/.]+)`/g)) {
    await Deno.stat(new URL(`../../${path}`, HERE));
  }
});
