/**
 * TCP connections by system calls: reset before they are accepted, or from a
 * chosen address of this machine. Linux only.
 *
 * @module
 */

const AF_INET = 2;
const SOCK_STREAM_NONBLOCKING = 0x801;
const SOL_SOCKET = 1;
const SO_LINGER = 13;

const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  setsockopt: {
    parameters: ["i32", "i32", "i32", "buffer", "u32"],
    result: "i32",
  },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

function socketAddress(address: string, port: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint16(0, AF_INET, true);
  new DataView(bytes.buffer).setUint16(2, port);
  bytes.set(address.split(".").map(Number), 4);
  return bytes;
}

export const RAW_TCP_WORKS = Deno.build.os === "linux" &&
  Deno.build.arch === "x86_64";

export class RawTcp implements Disposable {
  readonly #libc = Deno.dlopen("libc.so.6", SYMBOLS);
  readonly #linger = new Uint8Array(new Int32Array([1, 0]).buffer);

  /**
   * Connects from `source`. Returns the descriptor, or a negative number on
   * failure.
   */
  connect(port: number, source = "127.0.0.1", to = "127.0.0.1"): number {
    const { socket, bind, connect } = this.#libc.symbols;
    const fd = socket(AF_INET, SOCK_STREAM_NONBLOCKING, 0);
    if (fd < 0) return fd;
    bind(fd, socketAddress(source, 0), 16);
    // The connection may still be in progress, but on one machine the handshake
    // is complete by now.
    connect(fd, socketAddress(to, port), 16);
    return fd;
  }

  send(fd: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.#libc.symbols.send(fd, bytes, BigInt(bytes.length), 0x4000);
  }

  /** Closes with RST instead of FIN. */
  reset(fd: number): void {
    const { setsockopt, close } = this.#libc.symbols;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, this.#linger, 8);
    close(fd);
  }

  close(fd: number): void {
    this.#libc.symbols.close(fd);
  }

  [Symbol.dispose](): void {
    this.#libc.close();
  }
}
