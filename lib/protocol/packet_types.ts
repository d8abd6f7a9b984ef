/**
 * Every packet type by its name and by its number.
 *
 * @module
 */
import { CLIENT_TYPES } from "./client_types.ts";
import type { PacketType } from "./packet_type.ts";
import { SERVER_TYPES } from "./server_types.ts";

export { CLIENT_TYPES, SERVER_TYPES };
export type { PacketType, Secret } from "./packet_type.ts";

export type ClientTypeName = keyof typeof CLIENT_TYPES;
export type ServerTypeName = keyof typeof SERVER_TYPES;

function names(
  types: Record<string, PacketType>,
): ReadonlyMap<number, string> {
  return new Map(Object.entries(types).map(([name, { type }]) => [type, name]));
}

/** Names by number, for logs and tools. */
export const CLIENT_NAMES = names(CLIENT_TYPES);
export const SERVER_NAMES = names(SERVER_TYPES);

/**
 * Returns the name of a packet type, or its number when the type is unknown.
 */
export function nameOfClientType(type: number): string {
  return CLIENT_NAMES.get(type) ?? `type ${type}`;
}

export function nameOfServerType(type: number): string {
  return SERVER_NAMES.get(type) ?? `type ${type}`;
}
