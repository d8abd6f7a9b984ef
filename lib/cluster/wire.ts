/**
 * Encodes the messages between gateways and the core. Messages are combined
 * into batches; the batches of one direction are numbered, and each carries the
 * acknowledgement for the other direction.
 *
 * Pure. Integers are big-endian, texts are UTF-8.
 *
 * @module
 */
import type { Endpoint } from "../net/wire.ts";
import { Reader, ShortRead, Writer } from "../protocol/bytes.ts";
import { type Field, u16, u32 } from "../protocol/layout.ts";
import { bytes, endpoint, i16, numbers, oneOf, text, u64 } from "./fields.ts";

/** Number of a connection, assigned by its gateway. */
export type LineId = number;

export type Message =
  // From a gateway.
  /** A connection was accepted. */
  | {
    readonly what: "open";
    readonly line: LineId;
    readonly remote: Endpoint;
    readonly local: Endpoint;
  }
  | {
    readonly what: "packet";
    readonly line: LineId;
    readonly type: number;
    readonly version: number;
    readonly payload: Uint8Array;
  }
  /** The bytes up to a mark were passed to the operating system. */
  | { readonly what: "written"; readonly line: LineId; readonly mark: number }
  /** A connection has ended. */
  | {
    readonly what: "gone";
    readonly line: LineId;
    readonly ending: "clean" | "unclear" | "dead";
    readonly reason: string;
  }
  /** The client has sent nothing for a while after connecting. */
  | { readonly what: "silent"; readonly line: LineId }
  /** Packets are dropped from now on, because the client exceeded its rate. */
  | { readonly what: "over rate"; readonly line: LineId }
  /** The gateway ends the session with a message to the user. */
  | {
    readonly what: "expel";
    readonly line: LineId;
    readonly sentence: string;
    readonly reason: string;
  }
  /** Number of bytes queued for a client. */
  | { readonly what: "queue"; readonly line: LineId; readonly bytes: number }
  // From the core.
  /** The same frames for several connections; mark 0 requests no receipt. */
  | {
    readonly what: "write";
    readonly lines: readonly LineId[];
    readonly mark: number;
    readonly frames: Uint8Array;
  }
  /** State of a session that the gateway needs; sent after changes. */
  | {
    readonly what: "session";
    readonly line: LineId;
    readonly phase: "new" | "hello" | "online" | "gone";
    readonly uid: number;
    readonly saidGoodbye: boolean;
    /** Name of the session's dialect. */
    readonly dialect: string;
  }
  /** A packet was handled; `bytes` is the size of an awaited answer. */
  | { readonly what: "handled"; readonly line: LineId; readonly bytes: number }
  /** The client's next packet must not be handled for `ms` milliseconds. */
  | { readonly what: "hold"; readonly line: LineId; readonly ms: number }
  /**
   * The next `count` requests of the client are not counted against its rate.
   */
  | { readonly what: "grant"; readonly line: LineId; readonly count: number }
  /** Close immediately. */
  | { readonly what: "end"; readonly line: LineId; readonly reason: string }
  /** Write everything queued, then close. */
  | { readonly what: "close"; readonly line: LineId; readonly reason: string }
  /** Record of a session, from which another core can restore it. */
  | {
    readonly what: "keep";
    readonly line: LineId;
    readonly record: Uint8Array;
  }
  /** The gateway was considered dead, and all its sessions have ended. */
  | { readonly what: "reset" }
  // From either side.
  /** An infrequent message, as JSON. */
  | { readonly what: "control"; readonly text: string };

export interface Batch {
  /** Term of the leading core, as known by the sender. */
  readonly epoch: number;
  readonly gateway: number;
  /**
   * Chosen by the gateway at its start; batches of an earlier life are ignored.
   */
  readonly life: number;
  /** Sequence number from 1; 0 carries only an acknowledgement. */
  readonly seq: number;
  /** Highest sequence number accepted from the other side. */
  readonly ack: number;
  readonly messages: readonly Message[];
}

type Word = Message["what"];
/** All fields of a message except `what`. */
type Fields<W extends Word> = Omit<Extract<Message, { what: W }>, "what">;
type Row<W extends Word> = readonly [
  code: number,
  fields: { readonly [K in keyof Fields<W>]: Field<Fields<W>[K]> },
];

/** Codes and fields in wire order. Never change or reuse a code. */
const MESSAGES: { readonly [W in Word]: Row<W> } = {
  open: [1, { line: u32, remote: endpoint, local: endpoint }],
  packet: [2, { line: u32, type: i16, version: u16, payload: bytes }],
  written: [3, { line: u32, mark: u32 }],
  gone: [4, {
    line: u32,
    ending: oneOf("clean", "unclear", "dead"),
    reason: text,
  }],
  silent: [5, { line: u32 }],
  "over rate": [6, { line: u32 }],
  expel: [7, { line: u32, sentence: text, reason: text }],
  queue: [8, { line: u32, bytes: u32 }],
  write: [16, { lines: numbers, mark: u32, frames: bytes }],
  close: [17, { line: u32, reason: text }],
  keep: [18, { line: u32, record: bytes }],
  reset: [19, {}],
  session: [20, {
    line: u32,
    phase: oneOf("new", "hello", "online", "gone"),
    uid: u32,
    saidGoodbye: oneOf(false, true),
    dialect: text,
  }],
  handled: [21, { line: u32, bytes: u32 }],
  grant: [22, { line: u32, count: u32 }],
  end: [23, { line: u32, reason: text }],
  hold: [24, { line: u32, ms: u32 }],
  control: [32, { text }],
};

/** A row without its types, for the loops below. */
interface Form {
  readonly what: Word;
  readonly code: number;
  readonly fields: readonly (readonly [string, Field<unknown>])[];
}
const FORMS = Object.entries(MESSAGES).map(([what, [code, fields]]): Form => ({
  what: what as Word,
  code,
  fields: Object.entries<Field<unknown>>(fields as never),
}));
const BY_WORD = new Map(FORMS.map((form) => [form.what, form]));
const BY_CODE = new Map(FORMS.map((form) => [form.code, form]));

/** Format of batches; cores and gateways with another version are refused. */
export const WIRE_VERSION = 1;

export function encodeBatch(batch: Batch): Uint8Array<ArrayBuffer> {
  const out = new Writer(sizeOf(batch));
  out.u8(WIRE_VERSION);
  out.u32(batch.epoch);
  out.u16(batch.gateway);
  out.u32(batch.life);
  u64.write(out, batch.seq);
  u64.write(out, batch.ack);
  out.u32(batch.messages.length);
  for (const message of batch.messages) writeMessage(out, message);
  return out.finish();
}

/** Returns the gateway of an encoded batch without decoding the rest. */
export function gatewayOf(batch: Uint8Array): number {
  const from = new Reader(batch);
  from.u8();
  from.u32();
  return from.u16();
}

/**
 * Decodes a batch; undefined for bytes that are not a batch of this version.
 */
export function decodeBatch(bytes: Uint8Array): Batch | undefined {
  const from = new Reader(bytes);
  try {
    if (from.u8() !== WIRE_VERSION) return undefined;
    const head = {
      epoch: from.u32(),
      gateway: from.u16(),
      life: from.u32(),
      seq: u64.read(from),
      ack: u64.read(from),
    };
    const count = from.u32();
    // Each message has at least one byte, so a forged count is rejected before
    // anything is allocated.
    if (count > from.left) return undefined;
    const messages: Message[] = [];
    for (let i = 0; i < count; i++) messages.push(readMessage(from));
    return from.left === 0 ? { ...head, messages } : undefined;
  } catch (error) {
    if (error instanceof ShortRead || error instanceof TypeError) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Estimates the bytes of a batch; most messages are short or consist of frames.
 */
function sizeOf({ messages }: Batch): number {
  let bytes = 64;
  for (const message of messages) {
    bytes += message.what === "write"
      ? 16 + 4 * message.lines.length + message.frames.length
      : 64;
  }
  return bytes;
}

function writeMessage(out: Writer, message: Message): void {
  const { code, fields } = BY_WORD.get(message.what)!;
  out.u8(code);
  const values = message as unknown as Readonly<Record<string, unknown>>;
  for (const [name, field] of fields) field.write(out, values[name]);
}

function readMessage(from: Reader): Message {
  const form = BY_CODE.get(from.u8());
  if (form === undefined) throw new TypeError("no such message");
  const message: Record<string, unknown> = { what: form.what };
  for (const [name, field] of form.fields) message[name] = field.read(from);
  return message as unknown as Message;
}
