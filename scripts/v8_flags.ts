/**
 * How V8 is told to use memory: a young generation that stays small and an old
 * one that is tidied before it has grown by a quarter. Costs no measurable CPU
 * and saves 60 MB at 10,000 connections (docs/performance.md, "Memory").
 * The task `start` in deno.json says the same.
 *
 * @module
 */
export const V8_FLAGS =
  "--v8-flags=--max-semi-space-size=4,--heap-growing-percent=20";
