import assert from "node:assert/strict";
import { hostKey, networkOf } from "./door.ts";
import { ANYBODY, Strangers } from "./strangers.ts";

const from = (address: string) => ({ session: { address } });

Deno.test("Strangers finds the oldest of a host, of a network, and of all", () => {
  const strangers = new Strangers<ReturnType<typeof from>>();
  const [a, b, c, d] = [
    from("10.0.0.1"),
    from("10.0.0.2"),
    from("10.0.1.1"),
    from("2001:db8::1"),
  ];
  const e = from("2001:db8::2");
  for (const one of [a, b, c, d, e]) strangers.add(one);
  const of = (key: string) => [...strangers.of(key)];
  assert.deepEqual(of(ANYBODY), [a, b, c, d, e]);
  assert.deepEqual(of(hostKey("10.0.0.2")), [b]);
  assert.deepEqual(of(networkOf("10.0.0.9")), [a, b]);
  // A /64 is one host.
  assert.deepEqual(of(hostKey("2001:db8::9")), [d, e]);
  strangers.delete(a);
  strangers.delete(d);
  assert.deepEqual(of(ANYBODY), [b, c, e]);
  assert.deepEqual(of(networkOf("10.0.0.9")), [b]);
  assert.deepEqual(of(hostKey("10.0.0.1")), []);
});

Deno.test("Strangers of one host are found without a look at all the others", () => {
  const strangers = new Strangers<ReturnType<typeof from>>();
  for (let n = 0; n < 12_000; n++) {
    strangers.add(from(`2001:db8:${n.toString(16)}::1`));
  }
  const one = from("2001:db9::1");
  strangers.add(one);
  const began = performance.now();
  for (let n = 0; n < 1000; n++) {
    assert.deepEqual([...strangers.of(hostKey("2001:db9::1"))], [one]);
  }
  // Thirty seconds when each look was one at all of them.
  const ms = performance.now() - began;
  assert.ok(ms < 2000, `${ms} ms`);
});
