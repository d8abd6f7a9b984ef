/** The release of retropal, as printed by `retropal version`. */
export const VERSION = "0.1.0";

interface Build {
  readonly commit: string;
}

const { retropalBuild } = globalThis as { retropalBuild?: Build };

/**
 * The commit that a compiled program was built from, followed by "+" when files
 * differed from it; "" when unknown or not compiled. The compile script writes
 * it into the program.
 */
export const COMMIT = retropalBuild?.commit ?? "";
