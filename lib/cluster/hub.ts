/**
 * The core's end of all links. Messages of gateways are handled in one order,
 * and the outcome (how far each gateway is acknowledged, and which messages are
 * sent) is written to the log as one entry before any of it is sent. Another
 * core that reads the log continues with the same numbers and bytes, so nothing
 * is handled or sent twice.
 *
 * Pure: time is an argument.
 *
 * @module
 */
import type { Broker } from "./broker.ts";
import type { Collected, LogEntry, LoggedBatch } from "./entry.ts";
import { EntryWriter, type Written } from "./entry_writer.ts";
import { Follower } from "./follower.ts";
import { Link } from "./link.ts";
import type { GatewayLife, LogState } from "./log_state.ts";
import { type Batch, decodeBatch, encodeBatch, type Message } from "./wire.ts";

export type { GatewayLife } from "./log_state.ts";

/**
 * Milliseconds without a sign of life after which a gateway's sessions have
 * ended.
 */
export const LOST_MS = 2000;
/**
 * Milliseconds between two ticks after which the core itself must have been
 * suspended.
 */
const ASLEEP_MS = 500;

export const UP = "up";
export const downTo = (gateway: number) => `gw.${gateway}`;

/** Handles messages; answers with {@linkcode Hub.push}. */
export interface Rules {
  handle(from: GatewayLife, message: Message): void;
  /** Called when all sessions of a gateway have ended. */
  lost(gateway: GatewayLife): void;
  /**
   * Restores the state of an earlier core; called once, before anything else.
   */
  restore(state: LogState): void;
  /**
   * Returns the other contents of the entry: changes of the database and
   * records. Called when no transaction is open.
   */
  collect?(): Collected | undefined;
}

export interface HubOptions {
  readonly broker: Broker;
  readonly epoch: number;
  readonly rules: (hub: Hub) => Rules;
  /**
   * State up to this core's first entry, which has already been written (see
   * Follower). Without it the hub reads the log and writes that entry itself.
   */
  readonly state?: LogState;
  /**
   * Defers writing an entry to the end of the turn, when all effects have been
   * performed. By default an entry is written as soon as a batch has been
   * handled.
   */
  readonly defer?: (work: () => void) => void;
  /** Called when another core leads; this one has stopped. */
  readonly onReplaced?: () => void;
}

interface Peer extends GatewayLife {
  readonly link: Link;
  heardAt: number;
  isLost: boolean;
  /** Last batch that has been handled but is not in the log yet. */
  handled: number;
  messages: Message[];
}

export class Hub {
  readonly #options: HubOptions;
  readonly #rules: Rules;
  readonly #peers = new Map<number, Peer>();
  readonly #unsubscribe: () => void;
  readonly #changed = new Set<Peer>();
  #now: number;
  #phase: "reading" | "leading" | "paused" | "stopped" = "reading";
  readonly #follower: Follower;
  readonly #writer: EntryWriter;
  /** Work that waits for the next entry. */
  #held: (() => void)[] = [];
  #isDeferred = false;

  constructor(options: HubOptions, now: number) {
    this.#options = options;
    this.#now = now;
    const { broker, epoch, state } = options;
    this.#rules = options.rules(this);
    // First of all; messages missed before it are only repeated later.
    this.#unsubscribe = broker.subscribe(UP, (bytes) => this.#receive(bytes));
    this.#follower = new Follower({
      log: broker.log,
      ...(state !== undefined && { state }),
    });
    this.#writer = new EntryWriter(broker.log, epoch, (written, index) => {
      if (this.#phase === "stopped") return;
      if (index !== null) this.#written(written, index);
      else this.#replaced();
    });
    if (state !== undefined) this.#lead();
    else {
      this.#follower.lead(epoch, (leads) => {
        if (leads) this.#lead();
        else this.#replaced();
      }, now);
    }
  }

  /** State at the last entry taken. */
  get state(): LogState {
    return this.#follower.state;
  }

  get isLeading(): boolean {
    return this.#phase === "leading";
  }

  get isStopped(): boolean {
    return this.#phase === "stopped";
  }

  /** Adds a message for a gateway to the current entry. */
  push(gateway: number, message: Message): void {
    const peer = this.#peers.get(gateway);
    if (peer === undefined || peer.isLost) return;
    peer.messages.push(message);
    this.#changed.add(peer);
    if (this.#options.defer !== undefined) this.touch();
  }

  /** Schedules an entry for the end of the turn. */
  touch(): void {
    const { defer } = this.#options;
    if (defer === undefined) return this.#commit();
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    defer(() => {
      this.#isDeferred = false;
      this.#commit();
    });
  }

  /**
   * Calls `work` when everything so far is in the log, in the order of calls.
   * Never calls it if the core is replaced first.
   */
  hold(work: () => void): void {
    if (this.#phase === "stopped") return;
    this.#held.push(work);
    this.touch();
  }

  /** Resolves when everything so far is in the log. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.hold(resolve));
  }

  /**
   * Writes, repeats and checks for lost gateways; call it after each turn, and
   * often.
   */
  tick(now: number): void {
    const slept = now - this.#now;
    this.#now = now;
    if (this.#phase === "stopped" || this.#phase === "paused") return;
    if (this.#phase === "reading") return this.#follower.tick(now);
    // A core that was suspended could not hear its gateways.
    if (slept > ASLEEP_MS) {
      for (const peer of this.#peers.values()) peer.heardAt += slept;
    }
    this.#writer.tick(now);
    for (const peer of this.#peers.values()) {
      if (!peer.isLost && now - peer.heardAt > LOST_MS) this.#lose(peer);
      // The gateway may be gone; if it returns it receives a reset.
      if (now - peer.heardAt <= LOST_MS) peer.link.tick(now);
    }
    this.#commit();
  }

  /** Stops handling and writing until {@linkcode resume}. */
  pause(): void {
    if (this.#phase === "leading") this.#phase = "paused";
  }

  resume(): void {
    if (this.#phase !== "paused") return;
    this.#phase = "leading";
    // No gateway could be heard during the pause.
    for (const peer of this.#peers.values()) peer.heardAt = this.#now;
    this.#writer.ask(this.#now);
    this.#commit();
  }

  stop(): void {
    this.#phase = "stopped";
    this.#follower.stop();
    this.#unsubscribe();
  }

  #receive(bytes: Uint8Array): void {
    if (this.#phase !== "leading") return;
    const batch = decodeBatch(bytes);
    if (batch === undefined) return;
    const peer = this.#peerOf(batch);
    if (peer === undefined) return;
    peer.heardAt = this.#now;
    peer.link.receive(batch, this.#now);
    this.touch();
  }

  /** Returns the peer; undefined for an earlier run of the gateway. */
  #peerOf({ gateway, life, ack }: Batch): Peer | undefined {
    const known = this.#peers.get(gateway);
    if (known?.life === life) return known;
    if (known !== undefined && life < known.life) return undefined;
    if (known === undefined && ack > 0) {
      this.#forget({ gateway, life });
      return undefined;
    }
    if (known !== undefined && !known.isLost) {
      known.isLost = true;
      this.#rules.lost(known);
    }
    const peer = this.#add({ gateway, life });
    // The log must record the end of the earlier run, even if this one has not
    // been received completely yet.
    this.#changed.add(peer);
    return peer;
  }

  /**
   * Resets a gateway that was connected to a core without a log, because
   * nothing is known of its sessions.
   */
  #forget({ gateway, life }: GatewayLife): void {
    const { broker, epoch } = this.#options;
    const messages: readonly Message[] = [{ what: "reset" }];
    const batch = { epoch, gateway, life, seq: 0, ack: 0, messages };
    broker.publish(downTo(gateway), encodeBatch(batch));
  }

  #add({ gateway, life }: GatewayLife): Peer {
    const { broker, epoch } = this.#options;
    const peer: Peer = {
      gateway,
      life,
      heardAt: this.#now,
      isLost: false,
      handled: 0,
      messages: [],
      link: new Link({
        gateway,
        life,
        epoch: () => epoch,
        transmit: (batch) =>
          broker.publish(downTo(gateway), encodeBatch(batch)),
        deliver: (messages, seq) => this.#handle(peer, messages, seq),
      }),
    };
    this.#peers.set(gateway, peer);
    return peer;
  }

  #handle(peer: Peer, messages: readonly Message[], seq: number): void {
    // A gateway that was given up receives a reset, and its messages are
    // ignored.
    if (peer.isLost) return;
    for (const message of messages) this.#rules.handle(peer, message);
    peer.handled = seq;
    this.#changed.add(peer);
  }

  #lose(peer: Peer): void {
    peer.messages.push({ what: "reset" });
    this.#changed.add(peer);
    peer.isLost = true;
    this.#rules.lost(peer);
  }

  #commit(): void {
    if (this.#phase !== "leading" || this.#writer.isBusy) return;
    const collected = this.#rules.collect?.();
    if (this.#changed.size === 0 && collected === undefined) {
      for (const work of this.#held.splice(0)) work();
      return;
    }
    const { epoch } = this.#options;
    const batches = [...this.#changed].map((peer): LoggedBatch => ({
      epoch,
      gateway: peer.gateway,
      life: peer.life,
      seq: peer.messages.length === 0 ? 0 : peer.link.nextSeq,
      ack: peer.handled,
      messages: peer.messages.splice(0),
      accepted: peer.link.acknowledged,
    }));
    this.#changed.clear();
    const entry: LogEntry = { epoch, batches, ...collected };
    this.#writer.write({
      after: this.state.index,
      entry,
      held: this.#held.splice(0),
      receivers: collected === undefined ? this.#peers.size : undefined,
    }, this.#now);
  }

  #replaced(): void {
    this.stop();
    this.#options.onReplaced?.();
  }

  #written({ entry, isAnnounced, held }: Written, index: number): void {
    this.state.apply(index, entry);
    for (const { gateway, life, seq, ack, messages } of entry.batches) {
      const peer = this.#peers.get(gateway);
      // The gateway has restarted meanwhile.
      if (peer?.life !== life) continue;
      peer.link.accept(ack);
      if (isAnnounced) peer.link.announced(messages, this.#now);
      else if (seq > 0) peer.link.send(messages, this.#now);
    }
    for (const work of held) work();
    this.#commit();
  }

  #lead(): void {
    for (const link of this.state.links.values()) {
      const peer = this.#add(link);
      peer.isLost = link.isLost;
      peer.handled = link.handled;
      peer.link.resume(link);
    }
    this.#phase = "leading";
    this.#rules.restore(this.state);
    this.#commit();
  }
}
