/**
 * A wire over a TCP connection.
 *
 * @module
 */
import { plainAddress } from "./addresses.ts";
import type { Endpoint, Wire } from "./wire.ts";

export class TcpWire implements Wire {
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly #conn: Deno.TcpConn;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    this.remote = endpoint(conn.remoteAddr);
    this.local = endpoint(conn.localAddr);
    try {
      // No-delay costs nothing here: small frames are merged before they are
      // written.
      conn.setNoDelay(true);
      conn.setKeepAlive(true);
    } catch {
      // Reset before it was accepted: the first read reports it.
    }
  }

  read(into: Uint8Array): Promise<number | null> {
    return this.#conn.read(into);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#conn.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.#conn.closeWrite();
  }

  close(): void {
    this.#conn.close();
  }
}

function endpoint(addr: Deno.Addr): Endpoint {
  const { hostname, port } = addr as Deno.NetAddr;
  return { host: plainAddress(hostname), port };
}
