/**
 * One end of the link between a gateway and the core: numbers outgoing batches,
 * repeats them until they are acknowledged, and delivers incoming ones once and
 * in order, whatever the broker does.
 *
 * Pure: time is an argument.
 *
 * @module
 */
import type { LinkState } from "./log_state.ts";
import type { Batch, Message } from "./wire.ts";

/** Milliseconds after which an unacknowledged batch is repeated. */
const REPEAT_MS = 200;
/** Maximum batches repeated together. */
const MOST_REPEATED = 32;
/** Maximum batches held because an earlier one is missing. */
const MOST_HELD = 256;
/**
 * Milliseconds for which an acknowledgement waits for a batch to travel with:
 * each one by itself costs the core as much as a line of text.
 */
const ACK_MS = 25;
/** Milliseconds without traffic after which a keepalive is sent. */
const QUIET_MS = 500;

export interface LinkOptions {
  readonly gateway: number;
  readonly life: number;
  /** Returns the term to write into batches. */
  readonly epoch: () => number;
  readonly transmit: (batch: Batch) => void;
  /**
   * Called with the messages of batch `seq`; once for every batch, in order.
   */
  readonly deliver: (messages: readonly Message[], seq: number) => void;
}

export class Link {
  readonly #options: LinkOptions;
  readonly #unaccepted = new Map<number, readonly Message[]>();
  readonly #held = new Map<number, readonly Message[]>();
  #sent = 0;
  #received = 0;
  #accepted = 0;
  #acknowledged = 0;
  #repeatAt = Infinity;
  #quietAt = 0;
  #owesAck = false;
  #ackAt = Infinity;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Number of batches that the other side has not acknowledged. */
  get waiting(): number {
    return this.#unaccepted.size;
  }

  /** Sequence number of the next batch. */
  get nextSeq(): number {
    return this.#sent + 1;
  }

  send(messages: readonly Message[], now: number): void {
    this.#transmit(this.#number(messages, now), messages, now);
  }

  /**
   * Counts a batch and its acknowledgement as sent, because the log has
   * announced them. It is repeated like any other batch.
   */
  announced(messages: readonly Message[], now: number): void {
    this.#acknowledgedAt(now);
    if (messages.length > 0) this.#number(messages, now);
  }

  #acknowledgedAt(now: number): void {
    this.#owesAck = false;
    this.#ackAt = Infinity;
    this.#quietAt = now + QUIET_MS;
  }

  #number(messages: readonly Message[], now: number): number {
    const seq = ++this.#sent;
    this.#unaccepted.set(seq, messages);
    if (this.#repeatAt === Infinity) this.#repeatAt = now + REPEAT_MS;
    return seq;
  }

  /** Acknowledges everything up to `seq`, which has been processed. */
  accept(seq: number): void {
    this.#accepted = Math.max(this.#accepted, seq);
    this.#owesAck = true;
  }

  /** Highest sequence number that the other side has acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Continues where another core has stopped, according to the log. */
  resume({ handled, sent, waiting }: LinkState): void {
    this.#received = this.#accepted = handled;
    this.#sent = sent;
    this.#acknowledged = (waiting[0]?.seq ?? sent + 1) - 1;
    for (const { seq, messages } of waiting) {
      this.#unaccepted.set(seq, messages);
    }
    this.#repeatAt = waiting.length > 0 ? 0 : Infinity;
  }

  receive(batch: Batch, now: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, batch.ack);
    for (const seq of this.#unaccepted.keys()) {
      if (seq > batch.ack) break;
      this.#unaccepted.delete(seq);
      this.#repeatAt = now + REPEAT_MS;
    }
    if (this.#unaccepted.size === 0) this.#repeatAt = Infinity;
    if (batch.seq === 0) return;
    if (batch.seq <= this.#received) {
      // The earlier acknowledgement may have been lost.
      this.#owesAck = true;
      return;
    }
    if (batch.seq - this.#received <= MOST_HELD) {
      this.#held.set(batch.seq, batch.messages);
    }
    this.#deliver();
  }

  /** Repeats, acknowledges and sends keepalives; call it often. */
  tick(now: number): void {
    if (now >= this.#repeatAt) {
      let count = 0;
      for (const [seq, messages] of this.#unaccepted) {
        if (count++ === MOST_REPEATED) break;
        this.#transmit(seq, messages, now);
      }
      this.#repeatAt = now + REPEAT_MS;
    }
    if (this.#owesAck) this.#ackAt = Math.min(this.#ackAt, now + ACK_MS);
    if (now >= Math.min(this.#ackAt, this.#quietAt)) {
      this.#transmit(0, [], now);
    }
  }

  #deliver(): void {
    for (;;) {
      const seq = this.#received + 1;
      const messages = this.#held.get(seq);
      if (messages === undefined) return;
      this.#held.delete(seq);
      this.#received = seq;
      this.#options.deliver(messages, seq);
    }
  }

  #transmit(seq: number, messages: readonly Message[], now: number): void {
    const { gateway, life, epoch, transmit } = this.#options;
    this.#acknowledgedAt(now);
    const ack = this.#accepted;
    transmit({ epoch: epoch(), gateway, life, seq, ack, messages });
  }
}
