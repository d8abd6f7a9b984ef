import assert from "node:assert/strict";
import { Registry } from "../ops/metrics.ts";
import { withSite } from "../../tests/support/web/site.ts";
import { noQuality } from "../voice/quality.ts";
import { addServerMetrics } from "./server_metrics.ts";

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

Deno.test("the Grafana dashboard asks only for metrics that there are", () =>
  withSite(
    async (site) => {
      const file = new URL(
        "../../packaging/grafana/retropal.json",
        import.meta.url,
      );
      const { panels } = JSON.parse(await Deno.readTextFile(file)) as {
        panels: Panel[];
      };
      const { text } = await site.browser().get("/metrics");
      const known = new Set(
        [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name),
      );
      const asked = panels.flatMap(({ title, targets }) =>
        targets.flatMap(({ expr }) =>
          [...expr.matchAll(/\bretropal_[a-z_]+/g)]
            .map(([name]) => [title, name] as const)
        )
      );
      assert.ok(asked.length > 20);
      assert.deepEqual(asked.filter(([, name]) => !known.has(name)), []);
      assert.ok(panels.every(({ targets }) => targets.length > 0));
    },
    {},
    {
      metrics: (registry: Registry) =>
        addServerMetrics(
          registry,
          { byType: new Map(), refusals: new Map() },
          () => ({ dropped: {} as never, worstQueue: 0 }),
          undefined,
          {
            statistics: { voice: noQuality(), uploadBytes: 0 },
            rooms: () => [],
            uplinkKbit: () => 0,
          },
        ),
    },
  ));
