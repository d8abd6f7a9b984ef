/**
 * Decides which core leads: the one that renews the lease, a value under a key
 * that can be written only over the version that the writer has read. Each term
 * has a unique number, the epoch.
 *
 * No wall clocks are compared: a core leads until it has failed to renew for
 * 0.9 of the lease by its own monotonic clock, and another core takes over when
 * it has seen no renewal for a whole lease by its own clock. The log refuses
 * the writes of a leader that notices this too late (hub.ts).
 *
 * @module
 */

export interface LeaseValue {
  readonly epoch: number;
  /** The current or last leader. */
  readonly holder: string;
  /**
   * Whether the lease was released: any core may take it immediately, `next`
   * before all others.
   */
  readonly isReleased: boolean;
  readonly next: string;
}

export interface LeaseStore {
  read(): Promise<{ value: LeaseValue; revision: number } | undefined>;
  /**
   * Writes over `revision` (0: none) and returns the new revision; null if
   * another core was first. Throws when the outcome is unknown.
   */
  write(value: LeaseValue, revision: number): Promise<number | null>;
}

export interface LeaseOptions {
  readonly store: LeaseStore;
  readonly holder: string;
  readonly ms: number;
  /** Milliseconds of a monotonic clock. */
  readonly steady: () => number;
  /**
   * Called when the lease could not be renewed in time: the core must pause.
   */
  readonly onDoubt?: () => void;
  /**
   * Called when it was renewed after all, and no other core has led meanwhile.
   */
  readonly onSure?: () => void;
  /** Called when another core leads, or may lead. */
  readonly onLost?: () => void;
}

const MAY_LEAD = 0.9;
/** Renewals during one lease. */
const RENEWALS = 5;

export class Lease {
  readonly #options: LeaseOptions;
  #revision = 0;
  #value: LeaseValue | undefined;
  /** Time at which this revision was first seen. */
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

  /** Renews the lease, or takes it over; call it often. Never rejects. */
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
      // The store is unreachable. A leader relies on its clock; the others
      // cannot know whether the lease has been renewed meanwhile.
      if (!this.isOurs) this.#seenAt = steady();
    } finally {
      this.#isBusy = false;
    }
  }

  /**
   * Releases the lease, so that another core need not wait for it to expire.
   */
  async release(next = ""): Promise<void> {
    if (!this.isOurs || this.#value === undefined) return;
    const value = { ...this.#value, isReleased: true, next };
    this.#lose();
    try {
      await this.#options.store.write(value, this.#revision);
    } catch {
      // The lease expires by itself.
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

  /**
   * Checks whether an earlier renewal succeeded although its answer was lost.
   */
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
