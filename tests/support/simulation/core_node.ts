/**
 * A core of the simulation: a hub with rooms that can be killed and suspended.
 *
 * @module
 */
import type { Broker } from "../../../lib/cluster/broker.ts";
import { type GatewayLife, Hub, type Rules } from "../../../lib/cluster/hub.ts";
import type { Collected, RecordChange } from "../../../lib/cluster/entry.ts";
import type { LogState } from "../../../lib/cluster/log_state.ts";
import type { Message } from "../../../lib/cluster/wire.ts";
import { acceptedBy } from "./auditor.ts";
import { keyOf, Rooms, type SessionKey } from "./rooms.ts";
import type { VirtualClock } from "./clock.ts";

const bytesOf = new TextEncoder();
const textOf = new TextDecoder();

/** Milliseconds between two ticks of a node. */
export const TICK_MS = 25;

export class CoreNode {
  readonly hub: Hub;
  #isPaused = false;
  #backlog: (() => void)[] = [];

  constructor(
    broker: Broker,
    readonly epoch: number,
    clock: VirtualClock,
    rules: (hub: Hub, epoch: number) => Rules,
    onReplaced: () => void,
  ) {
    this.hub = new Hub({
      broker: this.#pausable(broker),
      epoch,
      rules: (hub) => rules(hub, epoch),
      onReplaced,
    }, clock.now);
    clock.every(TICK_MS, () => {
      if (this.hub.isStopped) return false;
      if (!this.#isPaused) this.hub.tick(clock.now);
      return true;
    });
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    for (const work of this.#backlog.splice(0)) work();
  }

  #pausable({ publish, subscribe, log }: Broker): Broker {
    const whenAwake = <T>(work: (value: T) => void) => (value: T) => {
      if (this.#isPaused) this.#backlog.push(() => work(value));
      else work(value);
    };
    return {
      publish,
      subscribe: (subject, take) => subscribe(subject, whenAwake(take)),
      log: {
        mostAnnounced: log.mostAnnounced,
        append: (after, id, bytes, done, announce) =>
          log.append(after, id, bytes, whenAwake(done), announce),
        read: (after, done) => log.read(after, whenAwake(done)),
      },
    };
  }
}

/** Rooms in their smallest form. */
export class RoomRules implements Rules {
  readonly #hub: Hub;
  readonly #rooms: Rooms;
  /** Sessions whose records must be written. */
  readonly #changed = new Set<SessionKey>();

  constructor(hub: Hub) {
    this.#hub = hub;
    this.#rooms = new Rooms((to, text) => this.#tell(to, text));
  }

  handle(from: GatewayLife, message: Message): void {
    const told = acceptedBy(from, message);
    if (told === undefined || !("line" in message)) return;
    this.#hub.push(...told);
    const key = keyOf(from, message.line);
    switch (message.what) {
      case "open":
        this.#rooms.open(key);
        break;
      case "packet": {
        const request = textOf.decode(message.payload);
        this.#rooms.request(key, request);
        // Like room text: no record changes.
        if (request.startsWith("say")) return;
        break;
      }
      case "gone":
        this.#rooms.close(key);
        break;
    }
    this.#changed.add(key);
  }

  lost({ gateway, life }: GatewayLife): void {
    this.#hub.push(...acceptedBy({ gateway, life })!);
    const prefix = keyOf({ gateway, life }, 0).slice(0, -1);
    for (const key of this.#rooms.sessions.keys()) {
      if (key.startsWith(prefix)) this.#changed.add(key);
    }
    this.#rooms.closeAll({ gateway, life });
  }

  restore({ records }: LogState): void {
    for (const [key, record] of records) {
      const rooms = textOf.decode(record).split(" ").filter((room) => room);
      this.#rooms.sessions.set(key, new Set(rooms));
    }
  }

  collect(): Collected | undefined {
    if (this.#changed.size === 0) return undefined;
    const records = [...this.#changed].map((key): RecordChange => {
      const rooms = this.#rooms.sessions.get(key);
      return [key, rooms ? bytesOf.encode([...rooms].join(" ")) : null];
    });
    this.#changed.clear();
    return { records };
  }

  #tell(to: readonly SessionKey[], text: string): void {
    const lines = new Map<number, number[]>();
    for (const key of to) {
      const [gateway = 0, , line = 0] = key.split(".").map(Number);
      lines.set(gateway, [...lines.get(gateway) ?? [], line]);
    }
    const frames = bytesOf.encode(text);
    for (const [gateway, all] of lines) {
      this.#hub.push(gateway, { what: "write", lines: all, mark: 0, frames });
    }
  }
}
