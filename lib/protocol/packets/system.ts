/**
 * Packets from the server to one client that announce or end something
 * (docs/protocol.md, "System"), and client packets without a meaning here.
 *
 * @module
 */
import { char, fromClient, fromServer, tail, text, u16 } from "../layout.ts";
import { CLIENT_TYPES, type ClientTypeName } from "../packet_types.ts";

/** Shows a box, after which the client's program exits. */
export const maintenanceKick = fromServer("MAINTENANCE_KICK", {
  text: text(1023),
});
/**
 * Shows a box "Paltalk Closing", after which the client signs off and exits.
 */
export const serverError = fromServer("SERVER_ERROR", { text: text(1023) });

/**
 * How often the client fetches advertisements again: in message windows ("C")
 * or in rooms ("G"). Exactly three bytes.
 */
export const adRotation = fromServer("AD_ROTATION", {
  seconds: u16,
  where: char,
});
/** The client reads a signed word; this is nine hours. */
export const SELDOM_SECONDS = 0x7fff;

/** A codec for each type that is known and ignored. */
export const ignoredPackets = Object.entries(CLIENT_TYPES)
  .filter(([, entry]) => "ignored" in entry)
  .map(([name]) => fromClient(name as ClientTypeName, { data: tail() }));
