/**
 * A reserve of file descriptors, so that the host's commands still work when
 * clients have used up all the others.
 *
 * @module
 */

/**
 * Descriptors that one command may need: its connection, the database's files,
 * a backup copy.
 */
const SPARE = 24;
const NOTHING = Deno.build.os === "windows" ? "NUL" : "/dev/null";
/**
 * Milliseconds after the last failure during which descriptors count as short.
 */
const SHORT_MS = 10_000;

export class DescriptorReserve {
  #spare: Deno.FsFile[] = [];
  #loans = 0;
  #ranOutAt = -Infinity;

  /** Descriptors held in reserve at this moment. */
  get held(): number {
    return this.#spare.length;
  }

  /**
   * True while a command uses the reserve: nothing else may take a descriptor.
   */
  get areLent(): boolean {
    return this.#loans > 0;
  }

  /** Records that an accept failed because no descriptor was left. */
  ranOut(): void {
    this.#ranOutAt = performance.now();
  }

  get areShort(): boolean {
    return performance.now() - this.#ranOutAt < SHORT_MS;
  }

  /** Opens the reserve, as far as descriptors are available. */
  fill(): void {
    try {
      while (this.#spare.length < SPARE) {
        this.#spare.push(Deno.openSync(NOTHING));
      }
    } catch {
      // Filled later, when descriptors are free again.
    }
  }

  /**
   * Frees the reserve for a command of the host while descriptors are short.
   * The returned function must be called when the command has ended.
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

  /** Frees the descriptors permanently. */
  close(): void {
    this.#release();
  }

  #release(): void {
    for (const file of this.#spare.splice(0)) file.close();
  }
}

/** A process has only one table of descriptors, and so only one reserve. */
export const descriptors = new DescriptorReserve();
