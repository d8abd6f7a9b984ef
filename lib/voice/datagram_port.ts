/**
 * The sockets of the UDP voice port. A client in UDP mode hears only datagrams
 * from the very address that was announced to it, and a machine may have
 * several: each announced one gets a socket of its own beside the one that is
 * bound to all of them (docs/protocol.md, "Voice").
 *
 * @module
 */
import { MAX_WIRE_FRAME, PREFIX_BYTES } from "../protocol/rtp.ts";

/** All addresses of a machine. */
const ANY: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);
/** A bound of our own; homes have a handful. */
const MOST_SOCKETS = 32;

/**
 * Whether a socket for one address may share the number of the one for all.
 * Windows allows that by itself, and there the option would let other programs
 * take the port over.
 */
const SHARED = Deno.build.os === "windows" ? {} : { reuseAddress: true };

export function listenDatagrams(
  hostname: string,
  port: number,
): Deno.DatagramConn {
  const shared = ANY.has(hostname) ? SHARED : {};
  return Deno.listenDatagram({ transport: "udp", hostname, port, ...shared });
}

/** One socket, with what belongs to the datagram in hand. */
export interface DatagramPort {
  readonly socket: Deno.DatagramConn;
  /** The address bound to; undefined for all of them. */
  readonly address: string | undefined;
  /** Datagrams land behind room for a prefix: both forms without a copy. */
  readonly buffer: Uint8Array;
  /** They use the buffer until the last of them is done. */
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
  /** Bound already. */
  readonly socket: Deno.DatagramConn;
  /** Whether the machine has that address. */
  isOwn(address: string): boolean;
  /** A socket was opened: it is to be read from. */
  onOpen(port: DatagramPort): void;
  onError(what: string, address: string, error: unknown): void;
}

export class DatagramPorts {
  readonly main: DatagramPort;
  readonly #options: DatagramPortsOptions;
  readonly #number: number;
  readonly #all: boolean;
  /** Undefined: it cannot be bound. */
  readonly #byAddress = new Map<string, DatagramPort | undefined>();
  #closed = false;

  constructor(options: DatagramPortsOptions) {
    const { hostname, port } = options.socket.addr as Deno.NetAddr;
    this.#options = options;
    this.#number = port;
    this.#all = ANY.has(hostname);
    this.main = portOf(options.socket, this.#all ? undefined : hostname);
  }

  /** The socket to send from so that datagrams come from one of these. */
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
    // Closed already.
  }
}
