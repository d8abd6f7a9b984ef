/**
 * A wire: a two-way stream of bytes between this server and one client. Chat
 * and voice connections use wires, so they do not know whether TCP or a
 * WebSocket is underneath.
 *
 * @module
 */

/** One end of a wire; the host is an address without brackets or zone. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface Wire {
  /** The client's end, as seen through trusted proxies. */
  readonly remote: Endpoint;
  /** This server's end, as the client addressed it. */
  readonly local: Endpoint;
  /** Reads at least one byte into `into`; null at the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes at least one byte of `bytes` and returns how many were taken. */
  write(bytes: Uint8Array): Promise<number>;
  /** Tells the client that nothing follows; reading stays possible. */
  closeWrite(): Promise<void>;
  /** Closes both directions immediately. Throws when already closed. */
  close(): void;
}
