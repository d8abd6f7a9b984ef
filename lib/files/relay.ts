/**
 * Relays files to receivers that this server can reach and the senders cannot:
 * in its own network, or behind its VPN. Nothing is written to disk
 * (docs/protocol.md, "File transfer").
 *
 * @module
 */
import type { FileRelay, RelayAnswer, RelayWish } from "../chat/context.ts";
import type { Config } from "../config/config.ts";
import type { Logger } from "../ops/log.ts";
import {
  acceptFrom,
  closeOnAbort,
  readHead,
  TransferFailed,
} from "./incoming.ts";

const DIAL_MS = 5000;
/** Small, because the slower side sets the pace. */
const BUFFER_BYTES = 16_384;
/** Lower ports belong to services of the machine, never to a client. */
const FIRST_PORT = 1024;

export class FileRelays implements FileRelay, AsyncDisposable {
  readonly #config: () => Config;
  readonly #log: Logger;
  readonly #running = new Map<Promise<void>, RelayWish>();
  readonly #stop = new AbortController();

  constructor(config: () => Config, log: Logger) {
    this.#config = config;
    this.#log = log;
  }

  get count(): number {
    return this.#running.size;
  }

  /**
   * Dials the receiver. Returns the port for the sender, or why there is none.
   */
  async open(wish: RelayWish): Promise<RelayAnswer> {
    const { files, server } = this.#config();
    if (this.#running.size >= files.relay_at_once) {
      return { fault: "too many files are on their way" };
    }
    for (const other of this.#running.values()) {
      if (other.to !== wish.to) continue;
      return other.from === wish.from
        ? "running"
        : { fault: "another file is on its way" };
    }
    if (wish.port < FIRST_PORT) return { fault: "not a port of a client" };
    const signal = AbortSignal.any([
      this.#stop.signal,
      AbortSignal.timeout(1000 * files.relay_seconds),
    ]);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#running.set(promise, wish);
    const done = () => {
      this.#running.delete(promise);
      resolve();
    };
    try {
      // Dialled first: a sender that is accepted before the dial fails would
      // show "Transfer Complete!" for a lost file.
      const receiver = await dial(wish.address, wish.port);
      closeOnAbort(signal, receiver);
      const listener = Deno.listen({ hostname: server.bind, port: 0 });
      const { port } = listener.addr as Deno.NetAddr;
      void this.#carry(wish, listener, receiver, signal).finally(done);
      return { port };
    } catch (error) {
      done();
      return { fault: error instanceof Error ? error.message : `${error}` };
    }
  }

  async #carry(
    wish: RelayWish,
    listener: Deno.TcpListener,
    receiver: Deno.TcpConn,
    signal: AbortSignal,
  ): Promise<void> {
    const who = { from: wish.from, to: wish.to };
    let sender: Deno.TcpConn | undefined;
    try {
      sender = await acceptFrom(listener, wish.sender, signal);
      closeOnAbort(signal, sender);
      const bytes = await this.#copy(sender, receiver);
      this.#log.info("file relayed", { ...who, bytes });
    } catch (error) {
      this.#log.info("file not relayed", { ...who, error: String(error) });
    } finally {
      for (const conn of [sender, receiver]) {
        try {
          conn?.close();
        } catch {
          // Closed already.
        }
      }
    }
  }

  async #copy(
    sender: Deno.TcpConn,
    receiver: Deno.TcpConn,
  ): Promise<number> {
    const { head, bytes } = await readHead(sender);
    if (head.size > this.#config().files.relay_bytes) {
      throw new TransferFailed("the file is too large");
    }
    const total = head.length + head.size;
    // The receiver sends nothing; when it cancels, it resets the connection.
    const stopped = receiver.read(new Uint8Array(1)).catch(() => null)
      .then(() => close(sender));
    let sent = Math.min(bytes.length, total);
    await write(receiver, bytes.subarray(0, sent));
    const buffer = new Uint8Array(BUFFER_BYTES);
    while (sent < total) {
      const count = await sender.read(buffer);
      if (count === null) throw new TransferFailed("the sender stopped");
      const part = Math.min(count, total - sent);
      await write(receiver, buffer.subarray(0, part));
      sent += part;
    }
    await receiver.closeWrite();
    await stopped;
    return sent;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running.keys());
  }
}

async function dial(hostname: string, port: number): Promise<Deno.TcpConn> {
  const connecting = Deno.connect({ hostname, port });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TransferFailed("the receiver does not answer")),
      DIAL_MS,
    );
  });
  try {
    return await Promise.race([connecting, late]);
  } catch (error) {
    // A connection that opens too late must be closed.
    connecting.then(close, () => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function write(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) rest = rest.subarray(await conn.write(rest));
}

function close(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch {
    // Closed already.
  }
}
