/**
 * The part of a session that voice and video use.
 *
 * @module
 */
import type { TicketPurpose } from "../../lib/client/websocket.ts";
import type { Packet } from "../../lib/protocol/layout.ts";

export interface MediaSession {
  readonly send: <T>(packet: Packet<T>, value: T) => void;
  /**
   * Requests a ticket for a media connection. Rejects when the session is
   * offline.
   */
  ticket(purpose: TicketPurpose): Promise<string>;
}
