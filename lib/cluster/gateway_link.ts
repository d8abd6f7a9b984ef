/**
 * The gateway's end of its link to the core.
 *
 * Pure: time is an argument.
 *
 * @module
 */
import { type Broker, STORED } from "./broker.ts";
import { batchFor } from "./entry.ts";
import { downTo, UP } from "./hub.ts";
import { Link } from "./link.ts";
import { type Batch, decodeBatch, encodeBatch, type Message } from "./wire.ts";

export interface GatewayLinkOptions {
  readonly broker: Broker;
  readonly gateway: number;
  /**
   * Number that increases with each start of this gateway, such as the time in
   * seconds.
   */
  readonly life: number;
  /** Called with each message of the core. */
  readonly take: (message: Message) => void;
  /** Called when the core has given up all connections: close them. */
  readonly reset: () => void;
}

export class GatewayLink {
  readonly #options: GatewayLinkOptions;
  readonly #unsubscribe: readonly (() => void)[];
  #life: number;
  #link: Link;
  #epoch = 0;
  #messages: Message[] = [];
  #now: number;
  #heardAt: number;

  constructor(options: GatewayLinkOptions, now: number) {
    this.#options = options;
    this.#life = options.life;
    this.#now = this.#heardAt = now;
    this.#link = this.#makeLink();
    const { broker, gateway } = options;
    this.#unsubscribe = [
      broker.subscribe(
        downTo(gateway),
        (bytes) => this.#receive(decodeBatch(bytes)),
      ),
      broker.subscribe(
        STORED,
        (bytes) => this.#receive(batchFor(gateway, bytes)),
      ),
    ];
  }

  /** Number of the current run; increases with each reset. */
  get life(): number {
    return this.#life;
  }

  /** Time at which a core was last heard. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Number of batches that the core has not acknowledged. */
  get waiting(): number {
    return this.#link.waiting;
  }

  /** Sends a message with the next {@linkcode tick}. */
  send(message: Message): void {
    this.#messages.push(message);
  }

  /**
   * Sends and repeats batches; call it after each turn with messages, and
   * often.
   */
  tick(now: number): void {
    this.#now = now;
    if (this.#messages.length > 0) {
      const messages = this.#messages;
      this.#messages = [];
      this.#link.send(messages, now);
    }
    this.#link.tick(now);
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  #receive(batch: Batch | undefined): void {
    if (batch === undefined || batch.life !== this.#life) return;
    // Sent by a core that has been replaced.
    if (batch.epoch < this.#epoch) return;
    this.#epoch = batch.epoch;
    this.#heardAt = this.#now;
    // The core does not know this run, so it has no sequence numbers for it.
    if (batch.seq === 0 && batch.messages.some(isReset)) return this.#reset();
    this.#link.receive(batch, this.#now);
  }

  #makeLink(): Link {
    const { broker, gateway, take } = this.#options;
    const life = this.#life;
    const link: Link = new Link({
      gateway,
      life,
      epoch: () => this.#epoch,
      transmit: (batch) => broker.publish(UP, encodeBatch(batch)),
      deliver: (messages, seq) => {
        // Ignores what follows a reset in the same batch.
        if (link !== this.#link) return;
        for (const message of messages) {
          if (message.what === "reset") return this.#reset();
          take(message);
        }
        link.accept(seq);
      },
    });
    return link;
  }

  /** Starts a new run and drops everything that was not acknowledged. */
  restart(): void {
    this.#life++;
    this.#messages = [];
    this.#link = this.#makeLink();
  }

  #reset(): void {
    this.restart();
    this.#options.reset();
  }
}

function isReset({ what }: Message): boolean {
  return what === "reset";
}
