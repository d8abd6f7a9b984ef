/**
 * Gateways, cores, and a broker that loses, duplicates, delays and reorders
 * messages, on a virtual clock. One seed determines everything, so every
 * failure can be reproduced. At the end, everything that each user received is
 * compared with one process that handles the same requests in the same order.
 *
 * @module
 */
import assert from "node:assert/strict";
import { GatewayLink } from "../../../lib/cluster/gateway_link.ts";
import { LOG, MemoryBroker } from "../../../lib/cluster/memory.ts";
import type { Store } from "../../../lib/domain/store.ts";
import { hex } from "../../../lib/protocol/bytes.ts";
import { Dice, VirtualClock } from "./clock.ts";
import { type Accepted, AUDITOR } from "./auditor.ts";
import { ChatOracle, chatRequest, ChatRules, packetOf } from "./chat_rules.ts";
import { CoreNode, RoomRules, TICK_MS } from "./core_node.ts";
import {
  GatewayNode,
  type Manners,
  type Person,
  PLAIN,
} from "./gateway_node.ts";
import { Rooms, type SessionKey } from "./rooms.ts";

/** Milliseconds of virtual time after which no faults occur. */
const FAULTS_END = 5000;
const SETTLED_BY = 40_000;
/**
 * Milliseconds after the last fault in which a gateway may restart or a cut may
 * be noticed.
 */
const LAST_EFFECT_MS = 4000;
const ROOM_NAMES = ["1", "2", "3"];
const MOST_PEOPLE = 4;
/** Members of each room of a crowd, and the part of it that acts each time. */
const CROWD_ROOM = 20;
const CROWD_ACTS = 1 / 250;

export interface SimulationOptions {
  /** False makes the log accept entries of a core that has been replaced. */
  readonly fenced?: boolean;
  /**
   * The chat server's own rooms and handlers, with the accounts and rooms of
   * this store (see chat_rules.ts); absent: rooms in their smallest form.
   */
  readonly store?: Store | undefined;
  /** A crowd of this size in place of a handful of people. */
  readonly crowd?: Crowd | undefined;
}

/** Many gateways with many people, twenty in each room. */
export interface Crowd {
  readonly gateways: number;
  /** People at each gateway. */
  readonly people: number;
}

/** Counts of events, to check that the seeds cover everything. */
export interface Outcome {
  accepted: number;
  delivered: number;
  lost: number;
  doubled: number;
  failovers: number;
  /** Number of cores that were replaced by another leader. */
  replaced: number;
  gatewayKills: number;
  resets: number;
  partitions: number;
}

/** Runs one seed. Throws AssertionError when a guarantee is violated. */
export function simulate(
  seed: number,
  options: SimulationOptions = {},
): Outcome {
  return new Simulation(seed, options).run();
}

class Simulation {
  readonly #dice: Dice;
  readonly #clock = new VirtualClock();
  readonly #broker: MemoryBroker;
  readonly #outcome: Outcome = {
    accepted: 0,
    delivered: 0,
    lost: 0,
    doubled: 0,
    failovers: 0,
    replaced: 0,
    gatewayKills: 0,
    resets: 0,
    partitions: 0,
  };
  readonly #loss: number;
  readonly #doubling: number;
  readonly #slowest: number;
  /** Pairs of names that are disconnected from each other. */
  readonly #cuts = new Set<string>();
  readonly #all: Person[] = [];
  readonly #gateways = new Map<number, GatewayNode>();
  readonly #accepted: Accepted[] = [];
  readonly #auditor: GatewayLink;
  #core: CoreNode;
  #words = 0;

  readonly #store: Store | undefined;
  readonly #manners: Manners;
  readonly #crowd: Crowd | undefined;
  readonly #rooms: readonly string[];

  constructor(
    readonly seed: number,
    { fenced = true, store, crowd }: SimulationOptions,
  ) {
    this.#store = store;
    this.#crowd = crowd;
    const people = crowd === undefined ? 0 : crowd.gateways * crowd.people;
    this.#rooms = crowd === undefined ? ROOM_NAMES : Array.from(
      { length: Math.ceil(people / CROWD_ROOM) },
      (_, n) => `${n + 1}`,
    );
    this.#manners = store === undefined ? PLAIN : { packetOf, seen: hex };
    const dice = this.#dice = new Dice(seed);
    this.#loss = dice.pick([0, 0.02, 0.1, 0.3]);
    this.#doubling = dice.pick([0, 0.05, 0.3]);
    this.#slowest = dice.pick([1, 10, 100, 400]);
    this.#broker = new MemoryBroker({
      delays: (from, to) => this.#delays(from, to),
      after: (ms, work) => this.#clock.after(ms, work),
    }, { fenced });
    this.#core = this.#startCore(1);
    this.#auditor = this.#startAuditor();
    const gateways = crowd?.gateways ?? dice.between(2, 4);
    for (let number = 1; number <= gateways; number++) {
      this.#startGateway(number);
    }
  }

  run(): Outcome {
    const clock = this.#clock;
    // The auditor must be known before there is anything to receive.
    while (this.#auditor.waiting > 0) clock.runUntil(clock.now + TICK_MS);
    this.#gather();
    const start = clock.now;
    const acts = Math.ceil(this.#all.length * CROWD_ACTS) || 1;
    clock.every(10, () => {
      for (let n = 0; n < acts; n++) this.#act();
      return clock.now < start + FAULTS_END;
    });
    this.#planFaults();
    clock.runUntil(start + FAULTS_END);
    this.#cuts.clear();
    const end = clock.now + SETTLED_BY;
    while (!this.#isSettled() && clock.now < end) {
      clock.runUntil(clock.now + 500);
    }
    assert.ok(this.#isSettled(), this.#about("it did not come to rest"));
    // Delayed messages must change nothing.
    clock.runUntil(clock.now + 1500);
    this.#judge();
    return this.#outcome;
  }

  #about(what: string): string {
    return `seed ${this.seed}: ${what}`;
  }

  #delays(from: string, to: string): number[] {
    const { now } = this.#clock;
    // Messages of the auditor are always delivered, because it is not part of
    // the system.
    if (from === "auditor" || to === "auditor") return [1];
    if (this.#cuts.has(`${from} ${to}`) || this.#cuts.has(`${to} ${from}`)) {
      return [];
    }
    const dice = this.#dice;
    const calm = now > FAULTS_END + 1000;
    const delay = () => 1 + dice.below(calm ? 2 : this.#slowest);
    if (!calm && dice.chance(this.#loss)) {
      this.#outcome.lost++;
      return [];
    }
    if (calm || !dice.chance(this.#doubling)) return [delay()];
    this.#outcome.doubled++;
    return [delay(), delay()];
  }

  #startCore(epoch: number): CoreNode {
    const name = `core${epoch}`;
    return new CoreNode(
      this.#broker.client(name),
      epoch,
      this.#clock,
      (hub, epoch) =>
        this.#store === undefined
          ? new RoomRules(hub)
          : new ChatRules(hub, epoch, this.#store),
      () => this.#outcome.replaced++,
    );
  }

  #startGateway(number: number): void {
    this.#gateways.set(
      number,
      new GatewayNode(
        this.#broker.client(`gateway${number}`),
        number,
        this.#clock,
        this.#all,
        this.#manners,
        () => this.#outcome.resets++,
      ),
    );
  }

  #startAuditor(): GatewayLink {
    const clock = this.#clock;
    const text = new TextDecoder();
    const auditor = new GatewayLink({
      broker: this.#broker.client("auditor"),
      gateway: AUDITOR,
      life: 1,
      take: (message) => {
        if (message.what !== "keep") return;
        this.#accepted.push(JSON.parse(text.decode(message.record)));
      },
      reset: () => assert.fail(this.#about("the auditor was given up")),
    }, clock.now);
    auditor.send({ what: "gone", line: 0, ending: "clean", reason: "" });
    auditor.tick(clock.now);
    clock.every(TICK_MS, () => {
      auditor.tick(clock.now);
      return true;
    });
    return auditor;
  }

  /** Lets a crowd in: each of them is in one room. */
  #gather(): void {
    const { people = 0 } = this.#crowd ?? {};
    for (const gateway of this.#gateways.values()) {
      for (let n = 0; n < people; n++) {
        const room = this.#rooms[this.#all.length % this.#rooms.length]!;
        gateway.request(gateway.connect(), `join ${room}`);
      }
    }
  }

  /** Makes a random user act. */
  #act(): void {
    const dice = this.#dice;
    const gateway = dice.pick([...this.#gateways.values()]);
    const { people } = gateway;
    if (people.length === 0 || dice.chance(0.1)) {
      if (people.length < (this.#crowd?.people ?? MOST_PEOPLE)) {
        gateway.connect();
      }
      return;
    }
    const person = dice.pick(people);
    if (dice.chance(0.02)) return gateway.hangUp(person);
    if (this.#store !== undefined) {
      return gateway.request(person, chatRequest(dice, ++this.#words));
    }
    const room = this.#roomFor(person);
    const roll = dice.next();
    if (roll < 0.3) gateway.request(person, `join ${room}`);
    else if (roll < 0.36) gateway.request(person, `leave ${room}`);
    else gateway.request(person, `say ${room} ${++this.#words}`);
  }

  /** Of a crowd, most speak where they are. */
  #roomFor({ sent }: Person): string {
    const dice = this.#dice;
    const known = this.#crowd === undefined
      ? undefined
      : sent[0]?.split(" ")[1];
    return known !== undefined && dice.chance(0.9)
      ? known
      : dice.pick(this.#rooms);
  }

  #planFaults(): void {
    const dice = this.#dice;
    const at = (work: () => void) =>
      this.#clock.after(dice.below(FAULTS_END - 1000), work);
    for (let n = dice.below(3); n > 0; n--) at(() => this.#cut());
    for (let n = dice.below(3); n > 0; n--) at(() => this.#replaceCore());
    if (dice.chance(0.4)) at(() => this.#killGateway());
  }

  /** Disconnects a gateway or the log from the core for a while. */
  #cut(): void {
    const dice = this.#dice;
    const others = [LOG, ...this.#gateways.keys()].map((name) =>
      typeof name === "number" ? `gateway${name}` : name
    );
    const pair = `core${this.#core.epoch} ${dice.pick(others)}`;
    this.#outcome.partitions++;
    this.#cuts.add(pair);
    const ms = dice.between(50, 3500);
    this.#clock.after(ms, () => this.#cuts.delete(pair));
  }

  /**
   * Starts another core as the leader; the old one is killed, suspended or
   * running.
   */
  #replaceCore(): void {
    const dice = this.#dice;
    const old = this.#core;
    const fate = dice.pick(["killed", "stopped", "awake"]);
    if (fate === "killed") old.hub.stop();
    if (fate === "stopped") {
      old.pause();
      this.#clock.after(dice.between(100, 3000), () => old.resume());
    }
    this.#outcome.failovers++;
    const epoch = old.epoch + 1;
    // Meanwhile there is no leader.
    const start = () => this.#core = this.#startCore(epoch);
    if (fate === "awake") start();
    else this.#later(old, dice.between(10, 1500), start);
  }

  /** Starts it later, unless another core has been started in the meantime. */
  #later(old: CoreNode, ms: number, start: () => void): void {
    this.#clock.after(ms, () => {
      if (this.#core === old) start();
    });
  }

  #killGateway(): void {
    const dice = this.#dice;
    const number = dice.pick([...this.#gateways.keys()]);
    this.#gateways.get(number)!.kill();
    this.#outcome.gatewayKills++;
    this.#gateways.delete(number);
    this.#clock.after(
      dice.between(100, 3500),
      () => this.#startGateway(number),
    );
    if (this.#gateways.size === 0) this.#startGateway(number + 10);
  }

  #isSettled(): boolean {
    return this.#core.hub.isLeading &&
      [...this.#gateways.values()].every(({ link }) => link.waiting === 0) &&
      this.#clock.now > FAULTS_END + LAST_EFFECT_MS;
  }

  /** Compares everything that users received with a single process. */
  #judge(): void {
    const requests = new Map<SessionKey, string[]>();
    const alone = this.#store === undefined
      ? new RoomsAlone()
      : new ChatOracle(this.#store);
    const { expected } = alone;
    for (const accepted of this.#accepted) {
      if (accepted.what === "lost") {
        alone.closeAll(accepted.gateway);
        continue;
      }
      const { key } = accepted;
      if (accepted.what === "open") {
        assert.ok(!expected.has(key), this.#about(`${key} opened twice`));
        requests.set(key, []);
        alone.open(key, accepted.port);
      } else if (accepted.what === "gone") alone.close(key);
      else if (accepted.what === "request") {
        requests.get(key)?.push(accepted.request);
        alone.request(key, accepted.request);
      }
    }
    this.#outcome.accepted = this.#accepted.length;
    for (const person of this.#all) {
      const { key, sent, received, hasEnded } = person;
      const due = expected.get(key) ?? [];
      // Frames of one turn travel as one piece, and no frame is lost by that.
      const pieces = this.#store === undefined ? "\n" : "";
      const heard = requests.get(key) ?? [];
      // A user who has left may have missed the last lines, but nothing else.
      const seen = received.join(pieces);
      const shown = due.join(pieces).slice(
        0,
        hasEnded ? seen.length : undefined,
      );
      const obeyed = hasEnded ? sent.slice(0, heard.length) : sent;
      assert.equal(seen, shown, this.#about(`shown to ${key}`));
      assert.deepEqual(heard, obeyed, this.#about(`accepted of ${key}`));
      this.#outcome.delivered += received.length;
    }
  }
}

/** Rooms in their smallest form, in one process. */
class RoomsAlone extends Rooms {
  readonly expected: Map<SessionKey, string[]>;

  constructor() {
    const expected = new Map<SessionKey, string[]>();
    super((to, text) => {
      for (const key of to) expected.get(key)?.push(text);
    });
    this.expected = expected;
  }

  override open(key: SessionKey): void {
    this.expected.set(key, []);
    super.open(key);
  }
}
