/**
 * An answer that turns the connection into a WebSocket.
 *
 * @module
 */
import type { WebSocketLimits } from "../websocket/wire.ts";
import type { WebSocketWire } from "../websocket/wire.ts";

export class Upgrade {
  /** `serve` takes over the wire and must close it. */
  constructor(
    /** The key of the handshake: see lib/net/websocket/handshake.ts. */
    readonly key: string,
    /** The subprotocol chosen by the server. */
    readonly protocol: string | undefined,
    /** The client's address, as seen through trusted proxies. */
    readonly address: string,
    readonly limits: WebSocketLimits,
    readonly serve: (wire: WebSocketWire) => void,
  ) {}
}
