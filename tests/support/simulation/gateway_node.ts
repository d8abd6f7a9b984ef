/**
 * A gateway of the simulation, and its users, who remember what they have sent
 * and received.
 *
 * @module
 */
import type { Broker } from "../../../lib/cluster/broker.ts";
import { GatewayLink } from "../../../lib/cluster/gateway_link.ts";
import type { Message } from "../../../lib/cluster/wire.ts";
import type { VirtualClock } from "./clock.ts";
import { TICK_MS } from "./core_node.ts";
import { keyOf, type SessionKey } from "./rooms.ts";

const bytesOf = new TextEncoder();
const textOf = new TextDecoder();
const HERE = { host: "192.0.2.1", port: 5001 };

/** How people of a run ask, and what they see. */
export interface Manners {
  /** The packet of a request; a text when not given. */
  packetOf?(request: string): {
    type: number;
    version: number;
    payload: Uint8Array;
  };
  /** What somebody sees of written bytes. */
  seen(frames: Uint8Array): string;
}

export const PLAIN: Manners = { seen: (frames) => textOf.decode(frames) };

export interface Person {
  readonly key: SessionKey;
  readonly line: number;
  readonly sent: string[];
  readonly received: string[];
  /** Whether the connection was closed, or lost with the gateway. */
  hasEnded: boolean;
}

export class GatewayNode {
  readonly link: GatewayLink;
  readonly #clock: VirtualClock;
  readonly #people = new Map<number, Person>();
  /** All users so far. */
  readonly #all: Person[];
  #nextLine = 1;
  #isDead = false;

  constructor(
    broker: Broker,
    readonly gateway: number,
    clock: VirtualClock,
    all: Person[],
    readonly manners: Manners,
    onReset: () => void,
  ) {
    this.#clock = clock;
    this.#all = all;
    this.link = new GatewayLink({
      broker,
      gateway,
      life: clock.now + 1,
      take: (message) => this.#take(message),
      reset: () => {
        onReset();
        this.#endAll();
      },
    }, clock.now);
    clock.every(TICK_MS, () => {
      if (!this.#isDead) this.link.tick(clock.now);
      return !this.#isDead;
    });
  }

  /** Connected users. */
  get people(): Person[] {
    return [...this.#people.values()];
  }

  connect(): Person {
    const line = this.#nextLine++;
    const person: Person = {
      key: keyOf({ gateway: this.gateway, life: this.link.life }, line),
      line,
      sent: [],
      received: [],
      hasEnded: false,
    };
    this.#people.set(line, person);
    this.#all.push(person);
    const remote = { ...HERE, port: this.#all.length };
    this.#send({ what: "open", line, remote, local: HERE });
    return person;
  }

  request({ line, sent }: Person, request: string): void {
    sent.push(request);
    const packet = this.manners.packetOf?.(request) ??
      { type: 1, version: 0, payload: bytesOf.encode(request) };
    this.#send({ what: "packet", line, ...packet });
  }

  hangUp(person: Person): void {
    this.#end(person);
    const { line } = person;
    this.#send({
      what: "gone",
      line,
      ending: "clean",
      reason: "closed by the client",
    });
  }

  kill(): void {
    this.#isDead = true;
    this.link.stop();
    this.#endAll();
  }

  #take(message: Message): void {
    if (message.what !== "write") return;
    const text = this.manners.seen(message.frames);
    for (const line of message.lines) {
      this.#people.get(line)?.received.push(text);
    }
  }

  #send(message: Message): void {
    this.link.send(message);
    this.link.tick(this.#clock.now);
  }

  #end(person: Person): void {
    person.hasEnded = true;
    this.#people.delete(person.line);
  }

  #endAll(): void {
    for (const person of this.people) this.#end(person);
  }
}
