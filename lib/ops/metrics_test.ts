import { equal, throws } from "node:assert/strict";
import { Registry } from "./metrics.ts";

Deno.test("Registry.text() writes what Prometheus reads", () => {
  const registry = new Registry();
  registry.gauge("rooms", "Rooms that live", () => 7);
  registry.counter("packets_total", "By type", () => [
    { labels: { type: "IM_OUT" }, value: 3 },
    { labels: { type: 'a"b\\c\nd' }, value: 1 },
  ]);
  equal(
    registry.text(),
    "# HELP rooms Rooms that live\n# TYPE rooms gauge\nrooms 7\n" +
      "# HELP packets_total By type\n# TYPE packets_total counter\n" +
      'packets_total{type="IM_OUT"} 3\n' +
      'packets_total{type="a\\"b\\\\c\\nd"} 1\n',
  );
});

Deno.test("Registry.histogram() counts into rising buckets", () => {
  const registry = new Registry();
  const histogram = registry.histogram("lag", "How late", [1, 5]);
  for (const value of [0.5, 1, 3, 10]) histogram.observe(value);
  equal(
    registry.text(),
    "# HELP lag How late\n# TYPE lag histogram\n" +
      'lag_bucket{le="1"} 2\nlag_bucket{le="5"} 3\nlag_bucket{le="+Inf"} 4\n' +
      "lag_sum 14.5\nlag_count 4\n",
  );
});

Deno.test("Registry refuses a name that is taken or cannot be", () => {
  const registry = new Registry();
  registry.gauge("a", "", () => 0);
  throws(() => registry.gauge("a", "", () => 0), RangeError);
  throws(() => registry.gauge("a-b", "", () => 0), RangeError);
});
