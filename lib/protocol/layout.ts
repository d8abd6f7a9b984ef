/**
 * Packets as layouts: one list of fields defines both how a payload is read and
 * how it is written, so the two cannot disagree.
 *
 * @module
 */
import { Reader, ShortRead, Writer } from "./bytes.ts";
import { HEADER_BYTES, MAX_SENT_PAYLOAD, SERVER_VERSION } from "./frame.ts";
import {
  CLIENT_TYPES,
  type ClientTypeName,
  SERVER_TYPES,
  type ServerTypeName,
} from "./packet_types.ts";
import { decodeText, encodeText } from "./windows1252.ts";

/** The reason why a payload does not match its packet type. */
export class Malformed {
  constructor(readonly reason: string) {}
}

/** How one field is read and written. */
export interface Field<T> {
  read(from: Reader): T;
  write(to: Writer, value: T): void;
}

export const u16: Field<number> = {
  read: (from) => from.u16(),
  write: (to, value) => to.u16(value),
};
export const u32: Field<number> = {
  read: (from) => from.u32(),
  write: (to, value) => to.u32(value),
};
/** A u16: 0 means no, any other value yes. */
export const flag: Field<boolean> = {
  read: (from) => from.u16() !== 0,
  write: (to, value) => to.u16(value ? 1 : 0),
};
/** One character. */
export const char: Field<string> = {
  read: (from) => decodeText(from.bytes(1)),
  write: (to, value) => to.u8(encodeText(value)[0] ?? 0),
};
/** Four bytes of an IPv4 address, as dotted text. */
export const ipv4: Field<string> = {
  read: (from) => from.bytes(4).join("."),
  write: (to, value) => {
    const parts = value.split(".").map(Number);
    for (let i = 0; i < 4; i++) to.u8(parts[i] ?? 0);
  },
};

/**
 * Writes the last field of a payload, cut to `max` bytes and to what fits the
 * payload.
 */
export function writeTail(
  to: Writer,
  bytes: Uint8Array,
  max = MAX_SENT_PAYLOAD,
): void {
  const left = HEADER_BYTES + MAX_SENT_PAYLOAD - to.length;
  to.bytes(bytes.subarray(0, Math.min(max, left)));
}

/** The rest of the payload as bytes; at most `max` of them are written. */
export function tail(max = MAX_SENT_PAYLOAD): Field<Uint8Array> {
  return {
    read: (from) => from.rest(),
    write: (to, value) => writeTail(to, value, max),
  };
}

const BLANK = encodeText(" ");

/** Text that is shown: nobody has seen a client take one of no bytes. */
export function writeShown(to: Writer, bytes: Uint8Array, max?: number): void {
  writeTail(to, bytes.length === 0 ? BLANK : bytes, max);
}

/** As {@linkcode tail}; a blank is written for nothing. */
export function shownTail(max?: number): Field<Uint8Array> {
  return {
    read: (from) => from.rest(),
    write: (to, value) => writeShown(to, value, max),
  };
}

/** The rest of the payload as text; at most `max` bytes of it are written. */
export function text(max = MAX_SENT_PAYLOAD): Field<string> {
  return {
    read: (from) => decodeText(from.rest()),
    write: (to, value) => writeTail(to, encodeText(value), max),
  };
}

/** A field that shorter forms of the packet omit. */
export function optional<T>(field: Field<T>, missing: T): Field<T> {
  return {
    read: (from) => from.left === 0 ? missing : field.read(from),
    write: field.write,
  };
}

/** Bytes that are always written as `value` and ignored when read. */
export function fixed<T>(field: Field<T>, value: T): Field<void> {
  return {
    read: (from) => void field.read(from),
    write: (to) => field.write(to, value),
  };
}

/** The codec of one packet type in one direction. */
export interface Packet<T> {
  readonly name: string;
  readonly type: number;
  /**
   * Parses a payload. Fields of bytes are views of `payload`: copy what you
   * keep. `onExcess` is called when bytes are left after the last field.
   */
  parse(
    payload: Uint8Array,
    onExcess?: (bytes: number) => void,
  ): T | Malformed;
  /** Encodes the payload without a header. */
  payload(value: T): Uint8Array<ArrayBuffer>;
  /** Encodes the frame: header and payload. */
  frame(value: T, version?: number): Uint8Array<ArrayBuffer>;
}

/** The codec of a packet that is one value rather than a list of fields. */
export interface Body<T> {
  read(from: Reader): T | Malformed;
  write(to: Writer, value: T): void;
}

// All encoders share one scratch buffer: encoding never nests or waits.
const scratch = new Writer(4096);

function packet<T>(name: string, type: number, body: Body<T>): Packet<T> {
  return {
    name,
    type,
    parse(payload, onExcess) {
      const reader = new Reader(payload);
      try {
        const value = body.read(reader);
        if (reader.left > 0) onExcess?.(reader.left);
        return value;
      } catch (error) {
        if (error instanceof ShortRead) return new Malformed(error.message);
        throw error;
      }
    },
    payload(value) {
      return this.frame(value).slice(HEADER_BYTES);
    },
    frame(value, version = SERVER_VERSION) {
      scratch.reset();
      scratch.u16(type);
      scratch.u16(version);
      scratch.u16(0);
      body.write(scratch, value);
      const length = scratch.length - HEADER_BYTES;
      if (length > MAX_SENT_PAYLOAD) {
        throw new RangeError(`${name} would have ${length} bytes`);
      }
      scratch.patchU16(4, length);
      return scratch.finish();
    },
  };
}

type Fields = Record<string, Field<unknown>>;
/** The value type of a layout: its fields except the fixed ones. */
export type Value<F extends Fields> = {
  -readonly [
    K in keyof F as F[K] extends Field<infer T> ? [T] extends [void] ? never : K
      : never
  ]: F[K] extends Field<infer T> ? T : never;
};

function fieldsBody<F extends Fields>(fields: F): Body<Value<F>> {
  const entries = Object.entries(fields);
  return {
    read(from) {
      const value: Record<string, unknown> = {};
      for (const [key, field] of entries) {
        const read = field.read(from);
        if (read !== undefined) value[key] = read;
      }
      return value as Value<F>;
    },
    write(to, value) {
      const values = value as Record<string, unknown>;
      for (const [key, field] of entries) field.write(to, values[key]);
    },
  };
}

/** Defines a client-to-server packet by its fields. */
// deno-lint-ignore no-explicit-any -- a field's type is its own affair
export function fromClient<F extends Record<string, Field<any>>>(
  name: ClientTypeName,
  fields: F,
): Packet<Value<F>> {
  return packet(name, CLIENT_TYPES[name].type, fieldsBody(fields));
}

/** Defines a server-to-client packet by its fields. */
// deno-lint-ignore no-explicit-any -- a field's type is its own affair
export function fromServer<F extends Record<string, Field<any>>>(
  name: ServerTypeName,
  fields: F,
): Packet<Value<F>> {
  return packet(name, SERVER_TYPES[name].type, fieldsBody(fields));
}

/** Defines a client-to-server packet with its own body codec. */
export function fromClientBody<T>(
  name: ClientTypeName,
  body: Body<T>,
): Packet<T> {
  return packet(name, CLIENT_TYPES[name].type, body);
}

/** Defines a server-to-client packet with its own body codec. */
export function fromServerBody<T>(
  name: ServerTypeName,
  body: Body<T>,
): Packet<T> {
  return packet(name, SERVER_TYPES[name].type, body);
}
