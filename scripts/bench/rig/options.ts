/**
 * A benchmark, and its command-line options.
 *
 * @module
 */

export interface Options {
  /** Number of interleaved rounds; the result is their median. */
  readonly rounds: number;
  /** Milliseconds measured in each round and variant. */
  readonly ms: number;
  /** Runs fewer cases, for a quick trial. */
  readonly quick: boolean;
  /** Compiled program to measure instead of `deno run main.ts`. */
  readonly program: string | undefined;
  /** Path of the JSON file. */
  readonly out: string | undefined;
  /** Duration in seconds, for the long benchmarks. */
  readonly seconds: number | undefined;
}

export interface Bench {
  readonly name: string;
  readonly about: string;
  run(options: Options): Promise<import("./report.ts").Outcome>;
}
