/**
 * A short run of `deno task fuzz`; docs/reliability.md has the figures of the
 * long one.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Corpus } from "../../scripts/fuzz/corpus.ts";
import { fuzzDecoders } from "../../scripts/fuzz/decoders.ts";
import { Random } from "../../scripts/fuzz/random.ts";
import { fuzzSessions } from "../../scripts/fuzz/sessions.ts";

const seed = Number(Deno.env.get("RETROPAL_SEED") ?? Date.now() % 1e9);

Deno.test(`every decoder keeps its laws, whatever it is given (seed ${seed})`, () => {
  const broken = fuzzDecoders(60_000, new Random(seed), Corpus.load());
  assert.equal(broken, undefined);
});

Deno.test(`no frames of a crowd make a handler fail, break a client or the world (seed ${seed})`, async () => {
  const corpus = Corpus.load();
  assert.ok(corpus.frames.length > 500, "the kept corpus is there");
  const report = await fuzzSessions(30_000, new Random(seed), corpus);
  assert.deepEqual(report.faults, []);
  assert.equal(report.frames, 30_000);
});
