/**
 * Proof that a picture or a GET comes from the client that said hello: an
 * offset drawn for each hello, and a counter encoded with it
 * (docs/protocol.md, "Room video").
 *
 * @module
 */
import { decodeCounter, MAX_OFFSET } from "../protocol/video_port.ts";

/**
 * Maximum valid offsets besides the one in use: a second hello must not stop a
 * running publisher.
 */
const NEWEST = 2;
/**
 * Counters accepted out of order, because each picture has its own connection.
 */
const WINDOW = 16;
/** The client counts from 1000, one for each picture. */
const MAX_COUNTER = 2 ** 31;

/** The counters that one offset has been used with. */
interface Hello {
  readonly offset: number;
  highest: number;
  /** Bit n: `highest` - n has been used. */
  used: number;
}

export class Credentials {
  #hellos: Hello[] = [];
  /** The offset that pictures currently use. */
  #running: Hello | undefined;

  /**
   * Draws the offset of a new hello; `random` returns 0 to below 1. The two
   * newest offsets stay valid, and the one in use does however many hellos
   * arrive.
   */
  hello(random: () => number): number {
    const kept = this.#hellos.slice(0, NEWEST - 1);
    const running = this.#running;
    if (running !== undefined && !kept.includes(running)) kept.push(running);
    let offset = Math.floor(random() * (MAX_OFFSET + 1));
    while (kept.some((hello) => hello.offset === offset)) {
      offset = (offset + 1) % (MAX_OFFSET + 1);
    }
    this.#hellos = [{ offset, highest: -1, used: 0 }, ...kept];
    return offset;
  }

  /**
   * Returns whether these digits hold an unused counter, and marks it as used.
   * Parts of the limerick occur twice, so digits may be valid under several
   * offsets: they must be unused under each.
   */
  accept(digits: string): boolean {
    let newest: Hello | undefined;
    for (const hello of this.#hellos) {
      const counter = counterIn(digits, hello);
      if (counter === undefined) continue;
      if (!isNew(hello, counter)) return false;
      newest ??= hello;
    }
    if (newest === undefined) return false;
    for (const hello of this.#hellos) {
      const counter = counterIn(digits, hello);
      if (counter !== undefined) use(hello, counter);
    }
    this.#running = newest;
    return true;
  }
}

function counterIn(digits: string, { offset }: Hello): number | undefined {
  const counter = decodeCounter(digits, offset);
  return counter === undefined || counter > MAX_COUNTER ? undefined : counter;
}

function isNew({ highest, used }: Hello, counter: number): boolean {
  const age = highest - counter;
  if (age < 0) return true;
  return age < WINDOW && (used & (1 << age)) === 0;
}

function use(hello: Hello, counter: number): void {
  const step = counter - hello.highest;
  if (step <= 0) {
    hello.used |= 1 << -step;
    return;
  }
  hello.used = step < WINDOW ? (hello.used << step) | 1 : 1;
  hello.highest = counter;
}
