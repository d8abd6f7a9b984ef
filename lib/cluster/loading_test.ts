import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly isDynamic?: boolean;
    readonly code?: { readonly specifier?: string };
  }[];
}

const MAIN = new URL("../../main.ts", import.meta.url);

Deno.test("a server without a role loads nothing of NATS", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", fileURLToPath(MAIN)],
  }).output();
  const { modules }: { readonly modules: readonly Module[] } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  const byName = new Map(modules.map((one) => [one.specifier, one]));
  const walk = (dynamic: boolean): string[] => {
    const seen = new Set([MAIN.href]);
    for (const name of seen) {
      for (const { isDynamic, code } of byName.get(name)?.dependencies ?? []) {
        if (code?.specifier === undefined) continue;
        if (dynamic || !isDynamic) seen.add(code.specifier);
      }
    }
    return [...seen];
  };
  const ofNats = (names: string[]) =>
    names.filter((name) =>
      name.includes("@nats-io/") || name.endsWith("/cluster/nats.ts")
    );
  assert.deepEqual(ofNats(walk(false)), []);
  assert.ok(ofNats(walk(true)).length > 0, "a role does");
});
