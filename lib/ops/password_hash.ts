/**
 * Passwords at rest: scrypt, in PHC form
 * `$scrypt$ln=15,r=8,p=1$<salt>$<hash>`, both base64 without padding.
 *
 * What is hashed are the password's Windows-1252 bytes as the client encoded
 * them (docs/protocol.md, "Challenge"), never a decoded text.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { FairQueue } from "../net/fair_queue.ts";

/** Too many hashes are waiting: the user must try again in a moment. */
export class HashQueueFull extends Error {
  override name = "HashQueueFull";
  constructor(readonly waiting: number) {
    super(`${waiting} password checks are waiting already`);
  }
}

/** The hash was no longer wanted when its turn came. */
export class HashNotWanted extends Error {
  override name = "HashNotWanted";
}

/** The requester of a hash, so that nobody can keep the others waiting. */
export interface Turn {
  /** An address; those with less work waiting come first. */
  readonly from?: string;
  /**
   * True puts it after the others, except for one turn in four. Called again
   * when its turn comes.
   */
  readonly later?: () => boolean;
  /**
   * Puts it before all others and never refuses it, because the host is
   * waiting.
   */
  readonly first?: boolean;
  /**
   * Called when the turn comes; false rejects with {@linkcode HashNotWanted}.
   */
  readonly wanted?: () => boolean;
}

export interface PasswordHasherOptions {
  /**
   * Cost of new hashes, the exponent of N, 1..20; each step doubles time and
   * memory. 15 takes about 0.1 s and 32 MiB.
   */
  readonly log2n?: number;
  /** Hashes computed in parallel. */
  readonly concurrency?: number;
  /** Maximum hashes waiting; called each time. */
  readonly queueLimit?: () => number;
}

interface Parts {
  readonly log2n: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** One turn in this many is for hashes with `later`. */
const LATER_EVERY = 4;
const R = 8;
const P = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MAX_LOG2N = 20;

/** The form only; the ranges of the numbers are checked afterwards. */
const PHC =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{8,128})\$([A-Za-z0-9+/]{22,128})$/;

export class PasswordHasher {
  readonly #log2n: number;
  readonly #concurrency: number;
  readonly #queueLimit: () => number;
  readonly #queue = new FairQueue<Waiter>();
  readonly #urgent: Waiter[] = [];
  /** Waiting hashes with `later`. */
  readonly #second = new FairQueue<Waiter>();
  #turns = 0;
  /** Replaces the hash of an account that does not exist. */
  readonly #nobody: Parts;
  #running = 0;

  /** Throws RangeError when `log2n` is not a whole number 1..20. */
  constructor(
    { log2n = 15, concurrency = 2, queueLimit = () => 256 }:
      PasswordHasherOptions = {},
  ) {
    if (!Number.isInteger(log2n) || log2n < 1 || log2n > MAX_LOG2N) {
      throw new RangeError(`scrypt cost must be 1..${MAX_LOG2N}, not ${log2n}`);
    }
    this.#log2n = log2n;
    this.#concurrency = concurrency;
    this.#queueLimit = queueLimit;
    this.#nobody = {
      log2n,
      r: R,
      p: P,
      salt: randomBytes(SALT_BYTES),
      hash: randomBytes(HASH_BYTES),
    };
  }

  /** Number of hashes waiting for their turn. */
  get waiting(): number {
    return this.#urgent.length + this.#queue.size + this.#second.size;
  }

  /** Number of hashes being computed. */
  get running(): number {
    return this.#running;
  }

  /**
   * Returns a new hash with its own salt. Rejects with {@linkcode
   * HashQueueFull}.
   */
  async hash(password: Uint8Array, turn?: Turn): Promise<string> {
    const log2n = this.#log2n;
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.#derive(
      password,
      { log2n, r: R, p: P, salt },
      HASH_BYTES,
      turn,
    );
    return `$scrypt$ln=${log2n},r=${R},p=${P}$${base64(salt)}$${base64(hash)}`;
  }

  /**
   * Returns whether it is the password of this hash. A hash that nothing can
   * match ("!", or an invalid one) takes equally long. Rejects with {@linkcode
   * HashQueueFull}.
   */
  async verify(
    phc: string,
    password: Uint8Array,
    turn?: Turn,
  ): Promise<boolean> {
    const parts = parse(phc);
    if (parts === undefined) return await this.verifyAbsent(password, turn);
    const hash = await this.#derive(password, parts, parts.hash.length, turn);
    return timingSafeEqual(hash, parts.hash);
  }

  /**
   * Returns false for a name without an account, after the usual time, so that
   * timing does not reveal which names exist.
   */
  async verifyAbsent(password: Uint8Array, turn?: Turn): Promise<false> {
    await this.#derive(password, this.#nobody, HASH_BYTES, turn);
    return false;
  }

  /**
   * Returns whether the password should be hashed again while it is available.
   */
  needsRehash(phc: string): boolean {
    const parts = parse(phc);
    return parts !== undefined &&
      (parts.log2n !== this.#log2n || parts.r !== R || parts.p !== P ||
        parts.hash.length !== HASH_BYTES);
  }

  async #derive(
    password: Uint8Array,
    { log2n, r, p, salt }: Omit<Parts, "hash">,
    length: number,
    turn: Turn = {},
  ): Promise<Uint8Array> {
    await this.#turn(turn);
    try {
      if (turn.wanted?.() === false) throw new HashNotWanted();
      return await new Promise((resolve, reject) => {
        const N = 2 ** log2n;
        // By default Node refuses hashes that need more than 32 MiB.
        const maxmem = 128 * r * (N + p) + 1024 * 1024;
        scrypt(
          password,
          salt,
          length,
          { N, r, p, maxmem },
          (error, key) => error ? reject(error) : resolve(key),
        );
      });
    } finally {
      this.#next();
    }
  }

  /** Resolves when one of the places is free. */
  #turn({ from = "", later = never, first }: Turn): Promise<void> {
    if (this.#running < this.#concurrency) {
      this.#running += 1;
      return Promise.resolve();
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { from, later, resolve, reject };
    if (first) {
      this.#urgent.push(waiter);
      return promise;
    }
    const queue = later() ? this.#second : this.#queue;
    queue.push(from, waiter);
    if (this.waiting > this.#queueLimit()) {
      // Removes a waiting hash of the sender with the most, perhaps the new
      // one.
      const longest = this.#second.size > 0 ? this.#second : this.#queue;
      longest.dropNewestOfLongest()?.reject(new HashQueueFull(this.waiting));
    }
    return promise;
  }

  /** Returns the next hash without `later`. */
  #first(): Waiter | undefined {
    for (let next; (next = this.#queue.shift()) !== undefined;) {
      if (!next.later()) return next;
      this.#second.push(next.from, next);
    }
    return undefined;
  }

  /**
   * Passes the place on directly, so that no other hash can come in between.
   */
  #next(): void {
    const next = this.#urgent.shift() ?? this.#shift();
    if (next === undefined) this.#running -= 1;
    else next.resolve();
  }

  #shift(): Waiter | undefined {
    return ++this.#turns % LATER_EVERY === 0
      ? this.#second.shift() ?? this.#first()
      : this.#first() ?? this.#second.shift();
  }
}

const never = () => false;

interface Waiter {
  readonly from: string;
  readonly later: () => boolean;
  resolve(): void;
  reject(error: Error): void;
}

function parse(phc: string): Parts | undefined {
  const [, ln, r, p, salt, hash] = PHC.exec(phc) ?? [];
  if (salt === undefined || hash === undefined) return undefined;
  const parts = {
    log2n: Number(ln),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, "base64"),
    hash: Buffer.from(hash, "base64"),
  };
  const { log2n } = parts;
  const affordable = log2n >= 1 && log2n <= MAX_LOG2N &&
    parts.r >= 1 && parts.r <= 32 && parts.p >= 1 && parts.p <= 16;
  return affordable ? parts : undefined;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replaceAll("=", "");
}
