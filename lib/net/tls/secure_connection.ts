/**
 * An incoming TLS connection, seen as a plain stream of bytes.
 *
 * `outer` is the connection of the client; `inner` is one end of a loopback
 * connection whose other end Deno decrypts (see terminator.ts).
 *
 * @module
 */

/** Bytes copied at a time. */
const CHUNK = 16_384;
/** Milliseconds for the last bytes to leave after the stream was closed. */
const LINGER_MS = 2000;

/** What an HTTP connection needs from TCP or TLS. */
export type Stream =
  & Pick<
    Deno.TcpConn,
    "read" | "write" | "closeWrite" | "close" | "remoteAddr" | "localAddr"
  >
  & { readonly secure?: boolean };

/** The two ends of a loopback connection: one encrypted, one decrypted. */
export interface Decryption {
  readonly encrypted: Deno.TcpConn;
  readonly plain: Deno.TlsConn;
}

export class SecureConnection implements Stream {
  readonly secure = true;
  readonly localAddr: Deno.NetAddr;
  readonly remoteAddr: Deno.NetAddr;
  readonly #outer: Deno.TcpConn;
  readonly #opening: Promise<Decryption | undefined>;
  #open: Decryption | undefined;
  #handshaken = false;
  #closed = false;

  /** `open` starts the decryption; it rejects when that is impossible. */
  constructor(outer: Deno.TcpConn, open: () => Promise<Decryption>) {
    this.#outer = outer;
    this.localAddr = outer.localAddr;
    this.remoteAddr = outer.remoteAddr;
    this.#opening = this.#start(open);
  }

  async read(into: Uint8Array): Promise<number | null> {
    return await (await this.#plain()).read(into);
  }

  async write(bytes: Uint8Array): Promise<number> {
    return await (await this.#plain()).write(bytes);
  }

  async closeWrite(): Promise<void> {
    await (await this.#plain()).closeWrite();
  }

  /**
   * Ends the stream. Written bytes are still sent, within a time limit, because
   * Deno never gives up a handshake or a last write that the client does not
   * read.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#open) shut(this.#open.plain);
    if (!this.#handshaken) return this.#end();
    Deno.unrefTimer(setTimeout(() => this.#end(), LINGER_MS));
  }

  async #plain(): Promise<Deno.TlsConn> {
    const open = await this.#opening;
    if (open === undefined || this.#closed) {
      throw new Deno.errors.ConnectionAborted("The connection is closed.");
    }
    return open.plain;
  }

  async #start(
    open: () => Promise<Decryption>,
  ): Promise<Decryption | undefined> {
    // Nothing is allocated for a client that sends nothing.
    const hello = new Uint8Array(CHUNK);
    try {
      const n = await this.#outer.read(hello);
      if (n === null || this.#closed) {
        this.#end();
        return undefined;
      }
      const decryption = await open();
      if (this.#closed) {
        shut(decryption.plain);
        shut(decryption.encrypted);
        return undefined;
      }
      this.#open = decryption;
      decryption.plain.handshake().then(
        () => this.#handshaken = true,
        () => {}, // Told by read.
      );
      void this.#carry(decryption.encrypted, hello, n);
      return decryption;
    } catch {
      this.#end();
      return undefined;
    }
  }

  async #carry(
    inner: Deno.TcpConn,
    hello: Uint8Array,
    length: number,
  ): Promise<void> {
    const inward = pump(this.#outer, inner, hello, length);
    const outward = pump(inner, this.#outer, new Uint8Array(CHUNK), 0);
    await outward;
    // A socket closed with unread bytes is reset, and the answer would be lost.
    const timer = setTimeout(() => this.#end(), LINGER_MS);
    await inward;
    clearTimeout(timer);
    this.#end();
  }

  #end(): void {
    shut(this.#outer);
    if (this.#open) shut(this.#open.encrypted);
  }
}

/** Copies bytes until either end closes. Never rejects. */
async function pump(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  buffer: Uint8Array,
  length: number,
): Promise<void> {
  try {
    for (let n: number | null = length; n !== null;) {
      for (let at = 0; at < n;) at += await to.write(buffer.subarray(at, n));
      n = await from.read(buffer);
    }
    await to.closeWrite();
  } catch {
    // Reset, or closed by us: the other direction ends too.
    shut(from);
    shut(to);
  }
}

function shut(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Closed already.
  }
}
