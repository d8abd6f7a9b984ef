/**
 * Golden cases: a packet as a value and as its bytes on the wire. They are
 * tested in three ways: parse, encode, mirror (golden_test.ts).
 *
 * @module
 */
import { concat, unhex } from "../../../lib/protocol/bytes.ts";
import type { Packet } from "../../../lib/protocol/layout.ts";
import { encodeText } from "../../../lib/protocol/windows1252.ts";
import type { AnyPacket } from "../../../lib/protocol/codecs.ts";

export interface GoldenCase {
  readonly name: string;
  readonly packet: AnyPacket;
  readonly value: unknown;
  /** Payload: hex, and text in single quotes. */
  readonly bytes: string;
  /** Source of the bytes. */
  readonly source: string;
  /** False for a form that is parsed but never written. */
  readonly exact: boolean;
}

/** Printed in the appendix of the protocol's description. */
export const APPENDIX = "docs/protocol.md";
/** Computed by hand from the layout in docs/protocol.md. */
export const COMPUTED = "computed";

/** Declares a case that is parsed and written. */
export function golden<T>(
  packet: Packet<T>,
  value: T,
  bytes: string,
  source: string,
): GoldenCase {
  return { name: packet.name, packet, value, bytes, source, exact: true };
}

/** Declares a longer, shorter or older form that must be parsed. */
export function understood<T>(
  packet: Packet<T>,
  value: T,
  bytes: string,
  source: string,
): GoldenCase {
  return { ...golden(packet, value, bytes, source), exact: false };
}

/** Returns the payload of a case. */
export function payloadOf({ bytes }: GoldenCase): Uint8Array<ArrayBuffer> {
  return written(bytes);
}

/**
 * Converts the notation of tests to bytes: `'text'` is Windows-1252, the rest
 * is hex.
 */
export function written(bytes: string): Uint8Array<ArrayBuffer> {
  return concat(
    bytes.split("'").map((part, i) =>
      i % 2 === 0 ? unhex(part) : encodeText(part)
    ),
  );
}

/** Returns text as bytes, for the values of cases. */
export function raw(text: string): Uint8Array {
  return encodeText(text);
}
