/**
 * What `deno task start` fetches. Deno's task runner installs every package of
 * deno.lock and of the imports in deno.json before it runs a task, so neither
 * may have one that only tests import.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const REMEDY = "`deno task locks` writes the lock files anew; tests are run " +
  "by `deno task test`, which leaves deno.lock alone";

interface Lock {
  readonly specifiers: Record<string, string>;
  readonly npm: Record<string, { readonly dependencies?: string[] }>;
}

function readJson<T>(path: string): T {
  return JSON.parse(Deno.readTextFileSync(join(ROOT, path)));
}

/** Packages that the product and its browser client import, as `npm:NAME@VERSION`. */
function imported(): Set<string> {
  const found = new Set<string>();
  for (const folder of [".", "web/assets", "web/chat"]) {
    const { imports = {} } = readJson<{ imports?: Record<string, string> }>(
      join(folder, "deno.json"),
    );
    for (const target of Object.values(imports)) {
      const [name] = /^npm:(?:@[^/]+\/)?[^/]+/.exec(target) ?? [];
      if (name !== undefined) found.add(name);
    }
  }
  return found;
}

/** Packages that only files of tests name. */
function ofTests(): string[] {
  const folder = join(ROOT, "tests/packages");
  return [...Deno.readDirSync(folder)].flatMap(({ name }) =>
    [...Deno.readTextFileSync(join(folder, name)).matchAll(/"(npm:[^"]+)"/g)]
      .map(([, specifier = ""]) => specifier)
  );
}

Deno.test("deno.lock has the packages of the product and no others", () => {
  const { specifiers } = readJson<Lock>("deno.lock");
  assert.deepEqual(
    Object.keys(specifiers).sort(),
    [...imported()].sort(),
    REMEDY,
  );
});

Deno.test("no package of tests is in deno.json or deno.lock", () => {
  const tests = ofTests();
  assert.ok(tests.length > 0);
  const { specifiers } = readJson<Lock>("deno.lock");
  for (const specifier of tests) {
    assert.ok(!imported().has(specifier), `${specifier} is in deno.json`);
    assert.ok(!(specifier in specifiers), `${specifier}: ${REMEDY}`);
  }
});

Deno.test("tests/deno.lock has every package of deno.lock as it is there", () => {
  const product = readJson<Lock>("deno.lock");
  const tests = readJson<Lock>("tests/deno.lock");
  for (const part of ["specifiers", "npm"] as const) {
    for (const [name, entry] of Object.entries(product[part])) {
      assert.deepEqual(tests[part][name], entry, `${name}: ${REMEDY}`);
    }
  }
  for (const specifier of ofTests()) {
    assert.ok(specifier in tests.specifiers, `${specifier}: ${REMEDY}`);
  }
});
