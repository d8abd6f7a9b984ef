/**
 * Connects from different loopback addresses (127.0.1.1, 127.0.1.2, …), so that
 * attackers and their victims are different hosts.
 *
 * @module
 */
import net from "node:net";

export const sourceAt = (n: number): string => `127.0.1.${1 + n % 250}`;

/** The part of Deno.TcpConn that the test client uses, based on node:net. */
class NodeConn {
  readonly #socket: net.Socket;
  #came: Uint8Array[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on("data", (bytes) => {
      this.#came.push(bytes as Uint8Array);
      this.#wake?.();
    });
    const end = () => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.on("end", end).on("close", end).on("error", end);
  }

  setNoDelay(): void {
    this.#socket.setNoDelay(true);
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#came.length === 0) {
      if (this.#ended) return null;
      await new Promise<void>((wake) => this.#wake = wake);
    }
    const first = this.#came[0]!;
    const part = first.subarray(0, into.length);
    into.set(part);
    if (part.length === first.length) this.#came.shift();
    else this.#came[0] = first.subarray(part.length);
    return part.length;
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(
        bytes,
        (error) => error ? reject(error) : resolve(bytes.length),
      );
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Makes Deno.connect use one of `sources` addresses in turn. */
export function connectFrom(sources: number): void {
  let n = 0;
  const connect = (options: Deno.ConnectOptions) =>
    new Promise<NodeConn>((resolve, reject) => {
      const socket = net.connect({
        host: options.hostname ?? "127.0.0.1",
        port: options.port,
        localAddress: sourceAt(n++ % sources),
      }, () => resolve(new NodeConn(socket)));
      socket.on("error", reject);
    });
  Object.assign(Deno, { connect });
}
