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
  | {
    readonly what: "gone";
    readonly line: LineId;
    readonly ending: "clean" | "unclear" | "dead";
    readonly reason: string;
  }
  /** The client has sent nothing for a while after connecting. */
  | { readonly what: "silent"; readonly line: LineId }
  /** Packets over the rate are dropped from now on. */
  | { readonly what: "over rate"; readonly line: LineId }
  /** The gateway wants the session to end with a sentence for its user. */
  | {
    readonly what: "expel";
    readonly line: LineId;
    readonly sentence: string;
    readonly reason: string;
  }
  /** Bytes that wait for a client. */
  | { readonly what: "queue"; readonly line: LineId; readonly bytes: number }
  // From the core.
  /** The same frames for several connections; mark 0 asks for no receipt. */
  | {
    readonly what: "write";
    readonly lines: readonly LineId[];
    readonly mark: number;
    readonly frames: Uint8Array;
  }
  /** What a gateway must know of a session; sent when it has changed. */
  | {
    readonly what: "session";
    readonly line: LineId;
    readonly phase: "new" | "hello" | "online" | "gone";
    readonly uid: number;
    readonly saidGoodbye: boolean;
    /** Name of its dialect. */
    readonly dialect: string;
  }
  /** A packet has been handled; an awaited answer had so many bytes. */
  | { readonly what: "handled"; readonly line: LineId; readonly bytes: number }
  /** The client's next packet is handled no sooner than in so many ms. */
  | { readonly what: "hold"; readonly line: LineId; readonly ms: number }
  /** So many questions of the client will count nothing. */
  | { readonly what: "grant"; readonly line: LineId; readonly count: number }
  /** Close at once. */
  | { readonly what: "end"; readonly line: LineId; readonly reason: string }
  /** Write what waits, then close. */
  | { readonly what: "close"; readonly line: LineId; readonly reason: string }
  /** The record of a session, from which another core can go on. */
  | {
    readonly what: "keep";
    readonly line: LineId;
    readonly record: Uint8Array;
  }
  /** The gateway was taken for dead and all its sessions have ended. */
  | { readonly what: "reset" }
  // From either.
  /** Anything rare, as JSON. */
  | { readonly what: "control"; readonly text: string };

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
  silent: 5,
  "over rate": 6,
  expel: 7,
  queue: 8,
  write: 16,
  close: 17,
  keep: 18,
  reset: 19,
  session: 20,
  handled: 21,
  grant: 22,
  end: 23,
  hold: 24,
  control: 32,
} as const satisfies Record<Message["what"], number>;

/** Numbers of words on the wire: append only. */
const ENDINGS = ["clean", "unclear", "dead"] as const;
const PHASES = ["new", "hello", "online", "gone"] as const;
const FLAGS = [false, true] as const;

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
      out.u32(message.line);
      out.u8(ENDINGS.indexOf(message.ending));
      writeText(out, message.reason);
      break;
    case "close":
    case "end":
      out.u32(message.line);
      writeText(out, message.reason);
      break;
    case "silent":
    case "over rate":
      out.u32(message.line);
      break;
    case "expel":
      out.u32(message.line);
      writeText(out, message.sentence);
      writeText(out, message.reason);
      break;
    case "queue":
    case "handled":
      out.u32(message.line);
      out.u32(message.bytes);
      break;
    case "hold":
      out.u32(message.line);
      out.u32(message.ms);
      break;
    case "grant":
      out.u32(message.line);
      out.u32(message.count);
      break;
    case "session":
      out.u32(message.line);
      out.u8(PHASES.indexOf(message.phase));
      out.u32(message.uid);
      out.u8(message.saidGoodbye ? 1 : 0);
      writeText(out, message.dialect);
      break;
    case "control":
      writeText(out, message.text);
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
      return {
        what: "gone",
        line: from.u32(),
        ending: wordOf(ENDINGS, from.u8()),
        reason: readText(from),
      };
    case CODES.close:
      return { what: "close", line: from.u32(), reason: readText(from) };
    case CODES.end:
      return { what: "end", line: from.u32(), reason: readText(from) };
    case CODES.silent:
      return { what: "silent", line: from.u32() };
    case CODES["over rate"]:
      return { what: "over rate", line: from.u32() };
    case CODES.expel:
      return {
        what: "expel",
        line: from.u32(),
        sentence: readText(from),
        reason: readText(from),
      };
    case CODES.queue:
      return { what: "queue", line: from.u32(), bytes: from.u32() };
    case CODES.handled:
      return { what: "handled", line: from.u32(), bytes: from.u32() };
    case CODES.hold:
      return { what: "hold", line: from.u32(), ms: from.u32() };
    case CODES.grant:
      return { what: "grant", line: from.u32(), count: from.u32() };
    case CODES.session:
      return {
        what: "session",
        line: from.u32(),
        phase: wordOf(PHASES, from.u8()),
        uid: from.u32(),
        saidGoodbye: wordOf(FLAGS, from.u8()),
        dialect: readText(from),
      };
    case CODES.control:
      return { what: "control", text: readText(from) };
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

function wordOf<T>(words: readonly T[], index: number): T {
  const word = words[index];
  if (word === undefined) throw new TypeError(`no word has number ${index}`);
  return word;
}

function writeText(out: Writer, value: string): void {
  writeBytes(out, text.encode(value));
}

function writeEndpoint(out: Writer, { host, port }: Endpoint): void {
  writeText(out, host);
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
