/**
 * Entries of the log; each contains the decisions that a core made together.
 *
 * Pure. Integers are big-endian, texts are UTF-8.
 *
 * @module
 */
import { Reader, ShortRead, Writer } from "../protocol/bytes.ts";
import { u64 } from "./fields.ts";
import { type Batch, decodeBatch, encodeBatch, gatewayOf } from "./wire.ts";

/**
 * A batch for a gateway, with the gateway's acknowledgement of earlier ones.
 */
export interface LoggedBatch extends Batch {
  readonly accepted: number;
}

/** A written record; null for a removed one. */
export type RecordChange = readonly [key: string, record: Uint8Array | null];

/**
 * Data that a core adds to an entry: changes of its database and its records.
 */
export interface Collected {
  /** Encoded by db/replica.ts. */
  readonly changes?: Uint8Array | undefined;
  readonly records?: readonly RecordChange[];
}

export interface LogEntry extends Collected {
  readonly epoch: number;
  readonly batches: readonly LoggedBatch[];
}

const HAS_CHANGES = 1;

export function encodeEntry(entry: LogEntry): Uint8Array {
  const { epoch, batches, changes, records = [] } = entry;
  const encoded = batches.map(encodeBatch);
  // Usually allocates the whole size at once.
  const bytes = encoded.reduce((sum, { length }) => sum + 16 + length, 64);
  const out = new Writer(bytes + (changes?.length ?? 0));
  out.u32(epoch);
  out.u8(changes === undefined ? 0 : HAS_CHANGES);
  out.u16(batches.length);
  for (const [i, batch] of encoded.entries()) {
    u64.write(out, batches[i]!.accepted);
    writeBytes(out, batch);
  }
  out.u32(records.length);
  for (const [key, record] of records) writeRecord(out, key, record);
  if (changes !== undefined) writeBytes(out, changes);
  return out.finish();
}

/** Returns the batch for one gateway without decoding those for others. */
export function batchFor(
  gateway: number,
  bytes: Uint8Array,
): Batch | undefined {
  const from = new Reader(bytes);
  try {
    from.u32();
    from.u8();
    for (let count = from.u16(); count > 0; count--) {
      u64.read(from);
      const batch = readBytes(from);
      if (gatewayOf(batch) === gateway) return decodeBatch(batch);
    }
  } catch (error) {
    if (!(error instanceof ShortRead || error instanceof TypeError)) {
      throw error;
    }
  }
  return undefined;
}

/** Decodes an entry. Throws for malformed bytes. */
export function decodeEntry(bytes: Uint8Array): LogEntry {
  const from = new Reader(bytes);
  const epoch = from.u32();
  const has = from.u8();
  const batches: LoggedBatch[] = [];
  for (let count = from.u16(); count > 0; count--) {
    const accepted = u64.read(from);
    const batch = decodeBatch(readBytes(from));
    if (batch === undefined) throw new TypeError("damaged entry in the log");
    batches.push({ ...batch, accepted });
  }
  const records: RecordChange[] = [];
  for (let count = from.u32(); count > 0; count--) {
    records.push(readRecord(from));
  }
  const changes = has === HAS_CHANGES ? readBytes(from) : undefined;
  return { epoch, batches, records, changes };
}

export function writeRecord(
  out: Writer,
  key: string,
  record: Uint8Array | null,
): void {
  writeBytes(out, new TextEncoder().encode(key));
  out.u8(record === null ? 0 : 1);
  if (record !== null) writeBytes(out, record);
}

export function readRecord(from: Reader): RecordChange {
  const key = new TextDecoder().decode(readBytes(from));
  return [key, from.u8() === 0 ? null : readBytes(from)];
}

export function writeBytes(out: Writer, bytes: Uint8Array): void {
  out.u32(bytes.length);
  out.bytes(bytes);
}

export function readBytes(from: Reader): Uint8Array {
  return from.bytes(from.u32());
}
