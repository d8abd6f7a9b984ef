/**
 * What logs, captures, the desk and `inspect` blank in payloads: passwords,
 * private words and personal data (the column `secret` of packet_types.ts).
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

/** The secret in such a payload of that length, if any. */
export function secretIn(
  side: Side,
  type: number,
  length: number,
): Secret | undefined {
  const secret = SECRETS[side].get(type);
  return secret !== undefined && length > secret.from ? secret : undefined;
}

/** A copy with "x" in place of each secret byte; lengths stay. */
export function blanked(
  payload: Uint8Array,
  secret: Secret | undefined,
): Uint8Array {
  if (secret === undefined) return payload;
  const copy = payload.slice();
  copy.fill(0x78, Math.min(secret.from, copy.length));
  return copy;
}
