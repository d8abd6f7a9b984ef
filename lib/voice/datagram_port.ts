/**
 * The sockets of the UDP voice port. A client in UDP mode hears only datagrams
 * from the exact address that was announced to it, and a machine may have
 * several. So each announced address gets its own socket, next to the one bound
 * to all addresses (docs/protocol.md, "Voice").
 *
 * @module
 */
import { MAX_WIRE_FRAME, PREFIX_BYTES } from "../protocol/rtp.ts";

/** All addresses of a machine. */
const ANY: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);
/** A limit of ours; home machines have a handful of addresses. */
const MOST_SOCKETS = 32;

/**
 * Lets a socket for one address share the port number with the socket for all.
 * Windows allows that without the option, which there would let other programs
 * take over the port.
 */
const SHARED = Deno.build.os === "windows" ? {} : { reuseAddress: true };

export function listenDatagrams(
  hostname: string,
  port: number,
): Deno.DatagramConn {
  const shared = ANY.has(hostname) ? SHARED : {};
  return Deno.listenDatagram({ transport: "udp", hostname, port, ...shared });
}

/** One socket, with the buffer for the datagram that is being handled. */
export interface DatagramPort {
  readonly socket: Deno.DatagramConn;
  /** The bound address; undefined when bound to all. */
  readonly address: string | undefined;
  /**
   * Datagrams are read behind room for a prefix, so that both forms need no
   * copy.
   */
  readonly buffer: Uint8Array;
  /** Sends that still use the buffer. */
  readonly sends: Promise<number>[];
}

function portOf(
  socket: Deno.DatagramConn,
  address: string | undefined,
): DatagramPort {
  const buffer = new Uint8Array(PREFIX_BYTES + 2 * MAX_WIRE_FRAME);
  return { socket, address, buffer, sends: [] };
}

export interface DatagramPortsOptions {
  /** A socket that is bound already. */
  readonly socket: Deno.DatagramConn;
  /** Returns whether the machine has that address. */
  isOwn(address: string): boolean;
  /** A socket was opened and must be read from. */
  onOpen(port: DatagramPort): void;
  onError(what: string, address: string, error: unknown): void;
}

export class DatagramPorts {
  readonly main: DatagramPort;
  readonly #options: DatagramPortsOptions;
  readonly #number: number;
  readonly #all: boolean;
  /** Undefined marks an address that cannot be bound. */
  readonly #byAddress = new Map<string, DatagramPort | undefined>();
  #closed = false;

  constructor(options: DatagramPortsOptions) {
    const { hostname, port } = options.socket.addr as Deno.NetAddr;
    this.#options = options;
    this.#number = port;
    this.#all = ANY.has(hostname);
    this.main = portOf(options.socket, this.#all ? undefined : hostname);
  }

  /**
   * Returns the socket to send from so that datagrams come from one of these.
   */
  from(addresses: readonly string[] | undefined): DatagramPort {
    if (!this.#all || addresses === undefined) return this.main;
    for (const address of addresses) {
      const port = this.#at(address);
      if (port !== undefined) return port;
    }
    return this.main;
  }

  #at(address: string): DatagramPort | undefined {
    if (this.#byAddress.has(address)) return this.#byAddress.get(address);
    if (this.#closed || !this.#options.isOwn(address)) return undefined;
    if (this.#byAddress.size >= MOST_SOCKETS) return undefined;
    return this.#open(address);
  }

  #open(address: string): DatagramPort | undefined {
    let port: DatagramPort | undefined;
    try {
      const socket = Deno.listenDatagram({
        transport: "udp",
        hostname: address,
        port: this.#number,
        ...SHARED,
      });
      port = portOf(socket, address);
    } catch (error) {
      this.#options.onError("voice address not bound", address, error);
    }
    this.#byAddress.set(address, port);
    if (port !== undefined) this.#options.onOpen(port);
    return port;
  }

  close(): void {
    this.#closed = true;
    close(this.main);
    for (const port of this.#byAddress.values()) if (port) close(port);
    this.#byAddress.clear();
  }
}

function close({ socket }: DatagramPort): void {
  try {
    socket.close();
  } catch {
    // It was closed already.
  }
}
