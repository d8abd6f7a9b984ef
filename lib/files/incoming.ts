/**
 * Accepts the one connection on which a client sends a file: each transfer has
 * its own port, because the stream does not name its sender.
 *
 * @module
 */
import { type FileHead, parseFileHead } from "../protocol/file_stream.ts";
import { concat } from "../protocol/bytes.ts";
import { isSameHost, plainAddress } from "../net/addresses.ts";

/** Milliseconds to connect; senders do so as soon as they have the port. */
const CONNECT_MS = 30_000;
const HEAD_MS = 10_000;

/** The reason why a transfer failed, as a sentence for the log. */
export class TransferFailed extends Error {
  override name = "TransferFailed";
}

/** Closes `what` when `signal` is aborted, which ends any wait on it. */
export function closeOnAbort(
  signal: AbortSignal,
  what: { close(): void },
): void {
  const close = () => {
    try {
      what.close();
    } catch {
      // Closed already.
    }
  };
  if (signal.aborted) close();
  else signal.addEventListener("abort", close, { once: true });
}

/** Returns the first connection from `from`, and closes the listener. */
export async function acceptFrom(
  listener: Deno.TcpListener,
  from: string,
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  const timer = setTimeout(() => listener.close(), CONNECT_MS);
  closeOnAbort(signal, listener);
  try {
    for await (const conn of listener) {
      if (isSameHost(from, plainAddress(conn.remoteAddr.hostname))) return conn;
      conn.close();
    }
  } catch {
    // The listener was closed.
  } finally {
    clearTimeout(timer);
    try {
      listener.close();
    } catch {
      // Closed by the timer.
    }
  }
  throw new TransferFailed("the sender did not connect");
}

/** Returns the head of a file, and the bytes that arrived with it. */
export async function readHead(
  conn: Deno.TcpConn,
): Promise<{ head: FileHead; bytes: Uint8Array }> {
  const timer = setTimeout(() => conn.close(), HEAD_MS);
  const buffer = new Uint8Array(1024);
  let bytes: Uint8Array = new Uint8Array();
  try {
    for (;;) {
      const count = await conn.read(buffer);
      if (count === null) throw new TransferFailed("the sender sent no file");
      bytes = concat([bytes, buffer.subarray(0, count)]);
      const head = parseFileHead(bytes);
      if (head === null) throw new TransferFailed("what came is no file");
      if (head !== undefined) return { head, bytes };
    }
  } finally {
    clearTimeout(timer);
  }
}
