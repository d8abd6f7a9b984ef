/**
 * State at one entry of the log: the progress of each link, and the records of
 * sessions and rooms. Together with the database it is all that a core needs to
 * continue where another has stopped.
 *
 * Pure.
 *
 * @module
 */
import { Reader, Writer } from "../protocol/bytes.ts";
import {
  type LogEntry,
  readBytes,
  readRecord,
  writeBytes,
  writeRecord,
} from "./entry.ts";
import { u64 } from "./fields.ts";
import { type Batch, decodeBatch, encodeBatch } from "./wire.ts";

/** One run of one gateway. */
export interface GatewayLife {
  readonly gateway: number;
  readonly life: number;
}

export interface LinkState extends GatewayLife {
  /** Whether the gateway was given up; its sessions have ended. */
  isLost: boolean;
  /** Last incoming batch that the core has handled. */
  handled: number;
  /** Last batch sent to the gateway. */
  sent: number;
  /** Batches that the gateway may not have acknowledged, oldest first. */
  waiting: Batch[];
}

const VERSION = 1;

export class LogState {
  /** Number of the last entry; 0 for none. */
  index = 0;
  epoch = 0;
  readonly links = new Map<number, LinkState>();
  readonly records = new Map<string, Uint8Array>();

  /** Applies the next entry. */
  apply(index: number, { epoch, batches, records = [] }: LogEntry): void {
    this.index = index;
    this.epoch = Math.max(this.epoch, epoch);
    for (const batch of batches) {
      const link = this.#linkOf(batch);
      link.handled = Math.max(link.handled, batch.ack);
      link.waiting = link.waiting.filter(({ seq }) => seq > batch.accepted);
      if (batch.seq === 0) continue;
      link.sent = batch.seq;
      link.waiting.push(batch);
      for (const { what } of batch.messages) {
        if (what === "reset") link.isLost = true;
      }
    }
    for (const [key, record] of records) {
      if (record === null) this.records.delete(key);
      // Copied, so that the entry's buffer can be freed.
      else this.records.set(key, record.slice());
    }
  }

  #linkOf({ gateway, life }: GatewayLife): LinkState {
    const known = this.links.get(gateway);
    if (known?.life === life) return known;
    const link: LinkState = {
      gateway,
      life,
      isLost: false,
      handled: 0,
      sent: 0,
      waiting: [],
    };
    this.links.set(gateway, link);
    return link;
  }

  encode(): Uint8Array {
    const out = new Writer();
    out.u8(VERSION);
    u64.write(out, this.index);
    out.u32(this.epoch);
    out.u32(this.links.size);
    for (const link of this.links.values()) {
      out.u16(link.gateway);
      out.u32(link.life);
      out.u8(link.isLost ? 1 : 0);
      u64.write(out, link.handled);
      u64.write(out, link.sent);
      out.u32(link.waiting.length);
      for (const batch of link.waiting) writeBytes(out, encodeBatch(batch));
    }
    out.u32(this.records.size);
    for (const [key, record] of this.records) writeRecord(out, key, record);
    return out.finish();
  }

  /** Decodes a state made by {@linkcode encode}. Throws for other bytes. */
  static decode(bytes: Uint8Array): LogState {
    const from = new Reader(bytes);
    if (from.u8() !== VERSION) {
      throw new TypeError("a state of another version");
    }
    const state = new LogState();
    state.index = u64.read(from);
    state.epoch = from.u32();
    for (let count = from.u32(); count > 0; count--) {
      const link = state.#linkOf({ gateway: from.u16(), life: from.u32() });
      link.isLost = from.u8() === 1;
      link.handled = u64.read(from);
      link.sent = u64.read(from);
      for (let batches = from.u32(); batches > 0; batches--) {
        const batch = decodeBatch(readBytes(from));
        if (batch === undefined) throw new TypeError("a damaged batch");
        link.waiting.push(batch);
      }
    }
    for (let count = from.u32(); count > 0; count--) {
      const [key, record] = readRecord(from);
      if (record !== null) state.records.set(key, record);
    }
    return state;
  }
}
