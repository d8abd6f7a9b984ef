/**
 * A reserve of file descriptors, so that the host's commands work when clients
 * have used up all the others.
 *
 * @module
 */

/** What one command may need: its connection, the database's files, a copy. */
const SPARE = 24;
const NOTHING = Deno.build.os === "windows" ? "NUL" : "/dev/null";
/** How long after the last failure descriptors count as short. */
const SHORT_MS = 10_000;

export class DescriptorReserve {
  #spare: Deno.FsFile[] = [];
  #loans = 0;
  #ranOutAt = -Infinity;

  /** Descriptors held back at this moment. */
  get held(): number {
    return this.#spare.length;
  }

  /** The reserve is in use: nothing else may take a descriptor. */
  get areLent(): boolean {
    return this.#loans > 0;
  }

  /** An accept failed for want of a descriptor. */
  ranOut(): void {
    this.#ranOutAt = performance.now();
  }

  get areShort(): boolean {
    return performance.now() - this.#ranOutAt < SHORT_MS;
  }

  /** Opens the reserve, as far as descriptors are left. */
  fill(): void {
    try {
      while (this.#spare.length < SPARE) {
        this.#spare.push(Deno.openSync(NOTHING));
      }
    } catch {
      // Filled up later, when some are free again.
    }
  }

  /**
   * Frees the reserve for a command of the host while descriptors are short.
   * Call the returned function when the command has ended.
   */
  lend(): () => void {
    if (!this.areShort) return () => {};
    this.#loans++;
    this.#release();
    let returned = false;
    return () => {
      if (returned) return;
      returned = true;
      if (--this.#loans === 0) this.fill();
    };
  }

  /** Gives the descriptors back permanently. */
  close(): void {
    this.#release();
  }

  #release(): void {
    for (const file of this.#spare.splice(0)) file.close();
  }
}

/** The process has one table of descriptors, and so one reserve. */
export const descriptors = new DescriptorReserve();
