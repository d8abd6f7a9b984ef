/**
 * Words of the server to one client, each with its own end
 * (docs/protocol.md, "System"), and client packets that mean nothing here.
 *
 * @module
 */
import { char, fromClient, fromServer, tail, text, u16 } from "../layout.ts";
import { CLIENT_TYPES, type ClientTypeName } from "../packet_types.ts";

/** A box, then the client's program exits. */
export const maintenanceKick = fromServer("MAINTENANCE_KICK", {
  text: text(1023),
});
/** A box "Paltalk Closing", then the client signs off and exits. */
export const serverError = fromServer("SERVER_ERROR", { text: text(1023) });

/**
 * How often advertisements are fetched again: in message windows ("C") or in
 * rooms ("G"). Exactly three bytes.
 */
export const adRotation = fromServer("AD_ROTATION", {
  seconds: u16,
  where: char,
});
/** The client reads the word as signed; this is nine hours. */
export const SELDOM_SECONDS = 0x7fff;

/** A codec for each type that is known and ignored. */
export const ignoredPackets = Object.entries(CLIENT_TYPES)
  .filter(([, entry]) => "ignored" in entry)
  .map(([name]) => fromClient(name as ClientTypeName, { data: tail() }));
