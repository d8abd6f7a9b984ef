/**
 * A bench, and its options on the command line.
 *
 * @module
 */

export interface Options {
  /** Interleaved rounds; the median of them is the result. */
  readonly rounds: number;
  /** Milliseconds measured per round and variant. */
  readonly ms: number;
  /** Fewer cases, for trying things out. */
  readonly quick: boolean;
  /** The compiled program to measure, instead of `deno run main.ts`. */
  readonly program: string | undefined;
  /** Where the JSON goes. */
  readonly out: string | undefined;
  /** Seconds, for the benches that last. */
  readonly seconds: number | undefined;
}

export interface Bench {
  readonly name: string;
  readonly about: string;
  run(options: Options): Promise<import("./report.ts").Outcome>;
}
