/**
 * V8's memory settings: a small young generation, and an old generation that is
 * collected before it grows by a quarter. They cost no measurable CPU time and
 * save 60 MB at 10,000 connections (docs/performance.md, "Memory"). Keep in
 * sync with the task `start` in deno.json.
 *
 * @module
 */
export const V8_FLAGS =
  "--v8-flags=--max-semi-space-size=4,--heap-growing-percent=20";
