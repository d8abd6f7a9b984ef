/**
 * What logs, captures, the desk and `inspect` redact in payloads: passwords,
 * private text and personal data (the column `secret` of packet_types.ts).
 *
 * @module
 */
import {
  CLIENT_TYPES,
  type PacketType,
  type Secret,
  SERVER_TYPES,
} from "./packet_types.ts";

export type Side = "client" | "server";

function secrets(
  types: Record<string, PacketType>,
): ReadonlyMap<number, Secret> {
  return new Map(
    Object.values(types).flatMap(({ type, secret }) =>
      secret ? [[type, secret] as const] : []
    ),
  );
}

const SECRETS: Record<Side, ReadonlyMap<number, Secret>> = {
  client: secrets(CLIENT_TYPES),
  server: secrets(SERVER_TYPES),
};

/** Returns which part of such a payload is secret, if any. */
export function secretIn(
  side: Side,
  type: number,
  length: number,
): Secret | undefined {
  const secret = SECRETS[side].get(type);
  return secret !== undefined && length > secret.from ? secret : undefined;
}

/**
 * Returns a copy with "x" in place of each secret byte; the length stays the
 * same.
 */
export function blanked(
  payload: Uint8Array,
  secret: Secret | undefined,
): Uint8Array {
  if (secret === undefined) return payload;
  const copy = payload.slice();
  copy.fill(0x78, Math.min(secret.from, copy.length));
  return copy;
}
