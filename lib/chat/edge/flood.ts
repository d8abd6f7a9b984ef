/**
 * Counts packets that were dropped because they were over the rate.
 *
 * @module
 */

/**
 * Dropped packets within one window that end a connection. Being over the rate
 * alone does not (docs/protocol.md, "Framing"): this is more than a key held
 * down or a hasty script can reach.
 */
const FLOOD_PACKETS = 5000;
const FLOOD_WINDOW_MS = 10_000;

export class Flood {
  #dropped = 0;
  #since = 0;
  #isFirst = true;

  /**
   * Counts one dropped packet. Returns "flood" when it makes one, and "first"
   * for the first of all, which alone is logged: a flood of packets must not
   * flood the log.
   */
  dropped(now: number): "first" | "flood" | undefined {
    if (now - this.#since > FLOOD_WINDOW_MS) {
      this.#since = now;
      this.#dropped = 0;
    }
    if (++this.#dropped >= FLOOD_PACKETS) return "flood";
    if (!this.#isFirst) return undefined;
    this.#isFirst = false;
    return "first";
  }
}
