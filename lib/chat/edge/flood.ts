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

  /** Counts one dropped packet. Returns true when it makes a flood. */
  dropped(now: number): boolean {
    if (now - this.#since > FLOOD_WINDOW_MS) {
      this.#since = now;
      this.#dropped = 0;
    }
    return ++this.#dropped >= FLOOD_PACKETS;
  }
}
