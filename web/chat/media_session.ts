/**
 * The part of a session that sound and pictures need.
 *
 * @module
 */
import type { TicketPurpose } from "../../lib/client/websocket.ts";
import type { Packet } from "../../lib/protocol/layout.ts";

export interface MediaSession {
  readonly send: <T>(packet: Packet<T>, value: T) => void;
  /** A ticket for a link of its own. Rejects when there is no connection. */
  ticket(purpose: TicketPurpose): Promise<string>;
}
