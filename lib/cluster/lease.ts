/**
 * Which core leads: the one that renews the lease, a value under one key that
 * is written only over the version that its writer has read. Each term has a
 * number of its own, the epoch.
 *
 * Nobody's wall clock counts: a core leads until it has failed to renew for
 * 0.9 of the lease by its own steady clock, and another one takes over when it
 * has seen no renewal for a whole lease by its own. What a leader that is late
 * to notice still writes, the log refuses (hub.ts).
 *
 * @module
 */

export interface LeaseValue {
  readonly epoch: number;
  /** The core that leads, or led last. */
  readonly holder: string;
  /** Given back: anybody may take it at once, `next` before all others. */
  readonly isReleased: boolean;
  readonly next: string;
}

export interface LeaseStore {
  read(): Promise<{ value: LeaseValue; revision: number } | undefined>;
  /**
   * Writes over `revision` (0: there is none) and returns the new one; null
   * when somebody else was faster. Throws when it cannot be known.
   */
  write(value: LeaseValue, revision: number): Promise<number | null>;
}

export interface LeaseOptions {
  readonly store: LeaseStore;
  readonly holder: string;
  readonly ms: number;
  /** Milliseconds of a clock that never steps. */
  readonly steady: () => number;
  /** It could not be renewed in time: nothing may be done until it is. */
  readonly onDoubt?: () => void;
  /** It was renewed after all: nobody else has led meanwhile. */
  readonly onSure?: () => void;
  /** Somebody else leads, or may. */
  readonly onLost?: () => void;
}

const MAY_LEAD = 0.9;
/** Renewals within one lease. */
const RENEWALS = 5;

export class Lease {
  readonly #options: LeaseOptions;
  #revision = 0;
  #value: LeaseValue | undefined;
  /** When this revision was first seen. */
  #seenAt: number;
  #renewedAt = -Infinity;
  #state: "waiting" | "held" | "doubt" = "waiting";
  #isBusy = false;
  #askedAt = -Infinity;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#seenAt = options.steady();
  }

  /** Whether this core may lead now. */
  get isHeld(): boolean {
    return this.#state === "held" && !this.#isOverdue;
  }

  get isOurs(): boolean {
    return this.#state !== "waiting";
  }

  get epoch(): number {
    return this.#value?.epoch ?? 0;
  }

  get holder(): string {
    return this.#value?.holder ?? "";
  }

  /** To be called often: renews, notices, takes over. Never rejects. */
  async tick(): Promise<void> {
    if (this.#state === "held" && this.#isOverdue) {
      this.#state = "doubt";
      this.#options.onDoubt?.();
    }
    if (this.#isBusy) return;
    const { ms, steady } = this.#options;
    if (steady() - this.#askedAt < ms / RENEWALS) return;
    this.#isBusy = true;
    this.#askedAt = steady();
    try {
      if (this.isOurs) await this.#renew();
      else await this.#watch();
    } catch {
      // The store cannot be reached. A leader sees by its clock what that means;
      // the others cannot know whether it was renewed meanwhile.
      if (!this.isOurs) this.#seenAt = steady();
    } finally {
      this.#isBusy = false;
    }
  }

  /** Gives the lease back, so that another core need not wait for its end. */
  async release(next = ""): Promise<void> {
    if (!this.isOurs || this.#value === undefined) return;
    const value = { ...this.#value, isReleased: true, next };
    this.#lose();
    try {
      await this.#options.store.write(value, this.#revision);
    } catch {
      // It ends by itself.
    }
  }

  get #isOverdue(): boolean {
    const { ms, steady } = this.#options;
    return steady() - this.#renewedAt > MAY_LEAD * ms;
  }

  async #renew(): Promise<void> {
    const value = this.#value!;
    const sentAt = this.#options.steady();
    const revision = await this.#options.store.write(value, this.#revision);
    if (!this.isOurs) return;
    if (revision === null) return await this.#verify(sentAt);
    this.#revision = revision;
    this.#renewed(sentAt);
  }

  /** The answer to an earlier renewal may have been lost. */
  async #verify(sentAt: number): Promise<void> {
    const now = await this.#options.store.read();
    if (!this.isOurs) return;
    const { epoch, holder } = this.#value!;
    if (now?.value.epoch !== epoch || now.value.holder !== holder) {
      return this.#lose();
    }
    this.#revision = now.revision;
    this.#renewed(sentAt);
  }

  #renewed(sentAt: number): void {
    this.#renewedAt = sentAt;
    if (this.#state !== "doubt" || this.#isOverdue) return;
    this.#state = "held";
    this.#options.onSure?.();
  }

  #lose(): void {
    this.#state = "waiting";
    this.#seenAt = this.#options.steady();
    this.#options.onLost?.();
  }

  async #watch(): Promise<void> {
    const { store, steady, ms, holder } = this.#options;
    const now = await store.read();
    if (now === undefined) return await this.#take(0, 0);
    const { value, revision } = now;
    if (revision !== this.#revision) {
      this.#revision = revision;
      this.#value = value;
      this.#seenAt = steady();
    }
    const silent = steady() - this.#seenAt;
    const isFree = value.isReleased
      ? value.next === "" || value.next === holder || silent > ms
      : silent > ms;
    if (isFree) await this.#take(value.epoch, revision);
  }

  async #take(epoch: number, revision: number): Promise<void> {
    const { store, steady, holder } = this.#options;
    const sentAt = steady();
    const value = { epoch: epoch + 1, holder, isReleased: false, next: "" };
    const taken = await store.write(value, revision);
    if (taken === null) return;
    this.#value = value;
    this.#revision = taken;
    this.#renewedAt = sentAt;
    this.#state = "held";
  }
}
