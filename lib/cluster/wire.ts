/**
 * The messages between gateways and the core, as bytes. Many messages travel
 * as one batch; batches of one direction are numbered, and each carries the
 * number up to which the other direction has been accepted.
 *
 * Pure. Integers are big-endian, texts are UTF-8.
 *
 * @module
 */
import { Reader, ShortRead, Writer } from "../protocol/bytes.ts";
import type { Endpoint } from "../net/wire.ts";

/** A number of a connection, given by its gateway. */
export type LineId = number;

export type Message =
  // From a gateway.
  /** A connection has been accepted. */
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
  /** The bytes up to a mark are with the operating system. */
  | { readonly what: "written"; readonly line: LineId; readonly mark: number }
  /** A connection has ended. */
  | { readonly what: "gone"; readonly line: LineId; readonly reason: string }
  // From the core.
  /** The same frames for several connections; mark 0 asks for no receipt. */
  | {
    readonly what: "write";
    readonly lines: readonly LineId[];
    readonly mark: number;
    readonly frames: Uint8Array;
  }
  /** Write what waits, then close. */
  | { readonly what: "close"; readonly line: LineId; readonly reason: string }
  /** The record of a session, from which another core can go on. */
  | {
    readonly what: "keep";
    readonly line: LineId;
    readonly record: Uint8Array;
  }
  /** The gateway was taken for dead and all its sessions have ended. */
  | { readonly what: "reset" };

export interface Batch {
  /** The leading core's term, as far as the sender knows. */
  readonly epoch: number;
  readonly gateway: number;
  /** Chosen by the gateway at its start: batches of an earlier one are void. */
  readonly life: number;
  /** From 1 on; 0 carries an acknowledgement and no messages. */
  readonly seq: number;
  /** The highest number accepted from the other side. */
  readonly ack: number;
  readonly messages: readonly Message[];
}

/** One byte on the wire; never change or reuse one. */
const CODES = {
  open: 1,
  packet: 2,
  written: 3,
  gone: 4,
  write: 16,
  close: 17,
  keep: 18,
  reset: 19,
} as const satisfies Record<Message["what"], number>;

/** Form of the batches; cores and gateways of another one are refused. */
export const WIRE_VERSION = 1;

const text = new TextEncoder();
const utf8 = new TextDecoder("utf-8", {
  fatal: true,
  ignoreBOM: true,
});
const HIGH = 2 ** 32;

export function encodeBatch(batch: Batch): Uint8Array<ArrayBuffer> {
  const out = new Writer();
  out.u8(WIRE_VERSION);
  out.u32(batch.epoch);
  out.u16(batch.gateway);
  out.u32(batch.life);
  writeU64(out, batch.seq);
  writeU64(out, batch.ack);
  out.u32(batch.messages.length);
  for (const message of batch.messages) writeMessage(out, message);
  return out.finish();
}

/** Undefined for bytes that are no batch of this version. */
export function decodeBatch(bytes: Uint8Array): Batch | undefined {
  const from = new Reader(bytes);
  try {
    if (from.u8() !== WIRE_VERSION) return undefined;
    const head = {
      epoch: from.u32(),
      gateway: from.u16(),
      life: from.u32(),
      seq: readU64(from),
      ack: readU64(from),
    };
    const count = from.u32();
    // Each message has at least one byte: a forged count allocates nothing.
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

function writeMessage(out: Writer, message: Message): void {
  out.u8(CODES[message.what]);
  switch (message.what) {
    case "open":
      out.u32(message.line);
      writeEndpoint(out, message.remote);
      writeEndpoint(out, message.local);
      break;
    case "packet":
      out.u32(message.line);
      out.u16(message.type);
      out.u16(message.version);
      writeBytes(out, message.payload);
      break;
    case "written":
      out.u32(message.line);
      out.u32(message.mark);
      break;
    case "gone":
    case "close":
      out.u32(message.line);
      writeBytes(out, text.encode(message.reason));
      break;
    case "write":
      out.u32(message.lines.length);
      for (const line of message.lines) out.u32(line);
      out.u32(message.mark);
      writeBytes(out, message.frames);
      break;
    case "keep":
      out.u32(message.line);
      writeBytes(out, message.record);
      break;
    case "reset":
      break;
  }
}

function readMessage(from: Reader): Message {
  const code = from.u8();
  switch (code) {
    case CODES.open: {
      const line = from.u32();
      const remote = readEndpoint(from);
      return { what: "open", line, remote, local: readEndpoint(from) };
    }
    case CODES.packet:
      return {
        what: "packet",
        line: from.u32(),
        type: from.i16(),
        version: from.u16(),
        payload: readBytes(from),
      };
    case CODES.written:
      return { what: "written", line: from.u32(), mark: from.u32() };
    case CODES.gone:
      return { what: "gone", line: from.u32(), reason: readText(from) };
    case CODES.close:
      return { what: "close", line: from.u32(), reason: readText(from) };
    case CODES.write: {
      const count = from.u32();
      if (4 * count > from.left) throw new ShortRead("too many connections");
      const lines = Array.from({ length: count }, () => from.u32());
      return {
        what: "write",
        lines,
        mark: from.u32(),
        frames: readBytes(from),
      };
    }
    case CODES.keep:
      return { what: "keep", line: from.u32(), record: readBytes(from) };
    case CODES.reset:
      return { what: "reset" };
    default:
      throw new TypeError(`no message has code ${code}`);
  }
}

export function writeU64(out: Writer, value: number): void {
  out.u32(Math.floor(value / HIGH));
  out.u32(value % HIGH);
}

export function readU64(from: Reader): number {
  const value = HIGH * from.u32() + from.u32();
  if (!Number.isSafeInteger(value)) throw new TypeError("number too large");
  return value;
}

function writeEndpoint(out: Writer, { host, port }: Endpoint): void {
  writeBytes(out, text.encode(host));
  out.u16(port);
}

function readEndpoint(from: Reader): Endpoint {
  return { host: readText(from), port: from.u16() };
}

function writeBytes(out: Writer, bytes: Uint8Array): void {
  out.u32(bytes.length);
  out.bytes(bytes);
}

function readBytes(from: Reader): Uint8Array {
  return from.bytes(from.u32());
}

function readText(from: Reader): string {
  return utf8.decode(readBytes(from));
}
