/**
 * A gateway's end of its link to the core.
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
  /** Greater at each start of this gateway, such as the time in seconds. */
  readonly life: number;
  /** Takes a message of the core. */
  readonly take: (message: Message) => void;
  /** The core has given all connections up: close them. */
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

  /** Number of this run; greater after each reset. */
  get life(): number {
    return this.#life;
  }

  /** When a core was heard last. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Batches that the core has not accepted. */
  get waiting(): number {
    return this.#link.waiting;
  }

  /** Sends a message with the next {@linkcode tick}. */
  send(message: Message): void {
    this.#messages.push(message);
  }

  /** To be called after each turn in which something was sent, and often. */
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
    // From a core that has been replaced.
    if (batch.epoch < this.#epoch) return;
    this.#epoch = batch.epoch;
    this.#heardAt = this.#now;
    // A core that knows nothing of this run has no numbers of its own for it.
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
        // What came behind a reset.
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

  /** Begins a new run: what was not accepted is forgotten. */
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
