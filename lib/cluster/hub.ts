/**
 * The core's end of all links. What gateways send is handled in one order, and
 * the outcome (how far each gateway is accepted, and what is sent to whom) is
 * written to the log as one entry before anything of it leaves. Another core
 * that reads the log goes on with the same numbers and the same bytes, so
 * nothing is handled twice and nobody is told anything twice.
 *
 * Pure: time is an argument.
 *
 * @module
 */
import { Reader, Writer } from "../protocol/bytes.ts";
import type { Broker } from "./broker.ts";
import { Link } from "./link.ts";
import { type Batch, decodeBatch, encodeBatch, type Message } from "./wire.ts";

/** A gateway that has been silent for this long has lost its sessions. */
export const LOST_MS = 2000;
/** A log that has not answered for this long is asked again. */
const ASK_AGAIN_MS = 300;

/** A core that was not called for this long stood still. */
const ASLEEP_MS = 500;

export const UP = "up";
export const downTo = (gateway: number) => `gw.${gateway}`;

/** One run of one gateway. */
export interface GatewayLife {
  readonly gateway: number;
  readonly life: number;
}

/** What is done with messages; it answers through {@linkcode Hub.push}. */
export interface Rules {
  handle(from: GatewayLife, message: Message): void;
  /** All sessions of a gateway have ended. */
  lost(gateway: GatewayLife): void;
  /**
   * A message that an earlier core sent, oldest first; "reset" also where a
   * gateway has started again.
   */
  restore(to: GatewayLife, message: Message): void;
}

export interface HubOptions {
  readonly broker: Broker;
  readonly epoch: number;
  readonly rules: (hub: Hub) => Rules;
  /** Another core leads: this one has stopped. */
  readonly onReplaced?: () => void;
}

interface Peer extends GatewayLife {
  readonly link: Link;
  heardAt: number;
  isLost: boolean;
  /** Up to this batch it is handled, and not yet in the log. */
  handled: number;
  messages: Message[];
}

interface Entry {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly batches: readonly Batch[];
  askedAt: number;
}

export class Hub {
  readonly #options: HubOptions;
  readonly #rules: Rules;
  readonly #peers = new Map<number, Peer>();
  readonly #unsubscribe: () => void;
  readonly #changed = new Set<Peer>();
  #now: number;
  #state: "reading" | "leading" | "stopped" = "reading";
  #readAt = -Infinity;
  /** Number of the last entry of the log. */
  #last = 0;
  #entries = 0;
  #inFlight: Entry | undefined;

  constructor(options: HubOptions, now: number) {
    this.#options = options;
    this.#now = now;
    this.#rules = options.rules(this);
    // Before anything else: what is missed here is only repeated later.
    this.#unsubscribe = options.broker.subscribe(
      UP,
      (bytes) => this.#receive(bytes),
    );
    this.#read();
  }

  get isLeading(): boolean {
    return this.#state === "leading";
  }

  get isStopped(): boolean {
    return this.#state === "stopped";
  }

  /** Sends a message to a gateway, with the entry that is being made. */
  push(gateway: number, message: Message): void {
    const peer = this.#peers.get(gateway);
    if (peer === undefined || peer.isLost) return;
    peer.messages.push(message);
    this.#changed.add(peer);
  }

  /** To be called after each turn, and often. */
  tick(now: number): void {
    const slept = now - this.#now;
    this.#now = now;
    if (this.#state === "stopped") return;
    // A core that stood still has heard nobody, and nobody is to blame.
    if (slept > ASLEEP_MS) {
      for (const peer of this.#peers.values()) peer.heardAt += slept;
    }
    if (this.#state === "reading") {
      if (this.#inFlight === undefined) {
        if (now - this.#readAt >= ASK_AGAIN_MS) this.#read();
        return;
      }
    }
    if (this.#inFlight !== undefined) {
      if (now - this.#inFlight.askedAt >= ASK_AGAIN_MS) this.#ask();
    }
    if (this.#state !== "leading") return;
    for (const peer of this.#peers.values()) {
      if (!peer.isLost && now - peer.heardAt > LOST_MS) this.#lose(peer);
      // Nobody may be there; a gateway that returns is told of its reset.
      if (now - peer.heardAt <= LOST_MS) peer.link.tick(now);
    }
    this.#commit();
  }

  stop(): void {
    this.#state = "stopped";
    this.#unsubscribe();
  }

  #receive(bytes: Uint8Array): void {
    if (this.#state !== "leading") return;
    const batch = decodeBatch(bytes);
    if (batch === undefined) return;
    const peer = this.#peerOf(batch);
    if (peer === undefined) return;
    peer.heardAt = this.#now;
    peer.link.receive(batch, this.#now);
    this.#commit();
  }

  /** Undefined for an earlier run of a gateway. */
  #peerOf({ gateway, life }: Batch): Peer | undefined {
    const known = this.#peers.get(gateway);
    if (known?.life === life) return known;
    if (known !== undefined && life < known.life) return undefined;
    if (known !== undefined && !known.isLost) {
      known.isLost = true;
      this.#rules.lost(known);
    }
    const peer = this.#add({ gateway, life });
    // The log must say that the earlier run has ended, even if this one has
    // not been heard in full yet.
    this.#changed.add(peer);
    return peer;
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
    // A gateway that was given up hears so, and nothing it says counts.
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
    if (this.#inFlight !== undefined || this.#changed.size === 0) return;
    const batches = [...this.#changed].map((peer): Batch => ({
      epoch: this.#options.epoch,
      gateway: peer.gateway,
      life: peer.life,
      seq: peer.messages.length === 0 ? 0 : peer.link.nextSeq,
      ack: peer.handled,
      messages: peer.messages.splice(0),
    }));
    this.#changed.clear();
    this.#append(batches);
  }

  #append(batches: readonly Batch[]): void {
    const { epoch } = this.#options;
    this.#inFlight = {
      id: `${epoch}.${++this.#entries}`,
      bytes: encodeEntry({ epoch, batches }),
      batches,
      askedAt: this.#now,
    };
    this.#ask();
  }

  #ask(): void {
    const entry = this.#inFlight!;
    entry.askedAt = this.#now;
    const { log } = this.#options.broker;
    log.append(this.#last, entry.id, entry.bytes, (index) => {
      if (this.#inFlight !== entry || this.#state === "stopped") return;
      this.#inFlight = undefined;
      if (index !== null) this.#written(entry, index);
      else if (this.#state === "reading") this.#read();
      else this.#replaced();
    });
  }

  #replaced(): void {
    this.stop();
    this.#options.onReplaced?.();
  }

  #written({ batches }: Entry, index: number): void {
    this.#last = index;
    if (this.#state === "reading") {
      this.#state = "leading";
      // Nobody could be heard until now.
      for (const peer of this.#peers.values()) peer.heardAt = this.#now;
    }
    for (const { gateway, life, seq, ack, messages } of batches) {
      const peer = this.#peers.get(gateway);
      // It has started again meanwhile.
      if (peer?.life !== life) continue;
      peer.link.accept(ack);
      if (seq > 0) peer.link.send(messages, this.#now);
    }
    this.#commit();
  }

  /** Reads the log, then takes the lead by an entry of its own. */
  #read(): void {
    this.#readAt = this.#now;
    this.#options.broker.log.read((entries) => {
      if (this.#state !== "reading" || this.#inFlight !== undefined) return;
      // Asked twice, or refused: only what is new.
      for (const bytes of entries.slice(this.#last)) this.#restore(bytes);
      if (this.isStopped) return;
      this.#last = Math.max(this.#last, entries.length);
      this.#append([]);
    });
  }

  #restore(bytes: Uint8Array): void {
    const { epoch, batches } = decodeEntry(bytes);
    // A core of a later term has led already: the gateways obey no other.
    if (epoch > this.#options.epoch) return this.#replaced();
    for (const batch of batches) {
      const { gateway, life } = batch;
      const known = this.#peers.get(gateway);
      if (known !== undefined && known.life !== life && !known.isLost) {
        this.#rules.restore(known, { what: "reset" });
      }
      const peer = known?.life === life ? known : this.#add({ gateway, life });
      peer.heardAt = this.#now;
      peer.handled = Math.max(peer.handled, batch.ack);
      peer.link.restore(batch);
      for (const message of batch.messages) {
        if (message.what === "reset") peer.isLost = true;
        this.#rules.restore(peer, message);
      }
    }
  }
}

/** What one core wrote to the log at once. */
export interface LogEntry {
  readonly epoch: number;
  readonly batches: readonly Batch[];
}

export function encodeEntry({ epoch, batches }: LogEntry): Uint8Array {
  const out = new Writer();
  out.u32(epoch);
  out.u16(batches.length);
  for (const batch of batches) {
    const bytes = encodeBatch(batch);
    out.u32(bytes.length);
    out.bytes(bytes);
  }
  return out.finish();
}

/** Throws for bytes that no core has written. */
export function decodeEntry(bytes: Uint8Array): LogEntry {
  const from = new Reader(bytes);
  const epoch = from.u32();
  const count = from.u16();
  const batches: Batch[] = [];
  for (let i = 0; i < count; i++) {
    const batch = decodeBatch(from.bytes(from.u32()));
    if (batch === undefined) throw new TypeError("damaged entry in the log");
    batches.push(batch);
  }
  return { epoch, batches };
}
