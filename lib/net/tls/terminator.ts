/**
 * Terminates TLS for connections that our acceptor has accepted by TCP.
 *
 * Deno can decrypt only connections of its own TLS listener, and that listener
 * has two faults: its certificate cannot be changed, and a stalled handshake
 * keeps its socket after `close`. So each connection is forwarded to a TLS
 * listener on the loopback interface. To change the certificate, another such
 * listener is opened, which interrupts no client; and closing both TCP ends
 * aborts any handshake (docs/adr/0017-https-built-in.md).
 *
 * @module
 */
import { isOutOfResources } from "../accept_error.ts";
import { type Decryption, SecureConnection } from "./secure_connection.ts";
import { nextTurn } from "../turn.ts";

export interface KeyPair {
  /** PEM: the certificate, followed by those of its issuers. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

/** Milliseconds for both ends of a loopback connection to be established. */
const MEET_MS = 5000;
/**
 * Connections from other programs on this machine that may wait to be closed.
 */
const MOST_STRANGERS = 64;
const LOOPBACK = "127.0.0.1";

export class TlsTerminator {
  #port: DecryptingPort;

  /**
   * Throws the errors of Deno.listenTls, for example for a key that does not
   * fit.
   */
  constructor(pair: KeyPair) {
    this.#port = new DecryptingPort(pair);
  }

  /**
   * Serves another certificate to new connections. Throws as the constructor
   * does.
   */
  replace(pair: KeyPair): void {
    const before = this.#port;
    this.#port = new DecryptingPort(pair);
    before.closeWhenIdle();
  }

  wrap(conn: Deno.TcpConn): SecureConnection {
    return new SecureConnection(conn, () => this.#port.open());
  }

  close(): void {
    this.#port.closeWhenIdle();
  }
}

/** A TLS listener on the loopback interface, with one certificate. */
class DecryptingPort {
  readonly #listener: Deno.TlsListener;
  /**
   * Expected connections by the port of their encrypted end, and those that
   * have arrived early.
   */
  readonly #expected = new Map<number, (conn: Deno.TlsConn) => void>();
  readonly #arrived = new Map<number, Deno.TlsConn>();
  #opening = 0;
  #retired = false;

  constructor({ certificate, key }: KeyPair) {
    this.#listener = Deno.listenTls({
      hostname: LOOPBACK,
      port: 0,
      cert: certificate,
      key,
      alpnProtocols: ["http/1.1"],
    });
    void this.#accept();
  }

  /** Opens a connection and returns both ends. */
  async open(): Promise<Decryption> {
    this.#opening++;
    let encrypted: Deno.TcpConn | undefined;
    try {
      encrypted = await Deno.connect({
        hostname: LOOPBACK,
        port: this.#listener.addr.port,
      });
      encrypted.setNoDelay(true);
      const plain = await this.#otherEnd(encrypted.localAddr.port);
      return { encrypted, plain };
    } catch (error) {
      encrypted?.close();
      throw error;
    } finally {
      this.#opening--;
      if (this.#retired) this.closeWhenIdle();
    }
  }

  closeWhenIdle(): void {
    this.#retired = true;
    if (this.#opening > 0) return;
    try {
      this.#listener.close();
    } catch {
      // Closed already.
    }
  }

  async #otherEnd(port: number): Promise<Deno.TlsConn> {
    const here = this.#arrived.get(port);
    if (here !== undefined) {
      this.#arrived.delete(port);
      return here;
    }
    const { promise, resolve, reject } = Promise.withResolvers<Deno.TlsConn>();
    const timer = setTimeout(
      () => reject(new Error("not decrypted in time")),
      MEET_MS,
    );
    this.#expected.set(port, resolve);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#expected.delete(port);
    }
  }

  async #accept(): Promise<void> {
    for (;;) {
      try {
        this.#take(await this.#listener.accept());
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) break;
        if (this.#retired && !isOutOfResources(error)) break;
        await nextTurn();
      }
    }
    for (const conn of this.#arrived.values()) conn.close();
    this.#arrived.clear();
  }

  #take(conn: Deno.TlsConn): void {
    const { port } = conn.remoteAddr as Deno.NetAddr;
    const expect = this.#expected.get(port);
    if (expect !== undefined) return expect(conn);
    // It may have arrived before its other end knew its own port. Connections
    // from other programs on this machine are closed.
    this.#arrived.set(port, conn);
    if (this.#arrived.size > MOST_STRANGERS) this.#dropOldest();
    setTimeout(() => {
      if (this.#arrived.get(port) !== conn) return;
      this.#arrived.delete(port);
      conn.close();
    }, MEET_MS);
  }

  #dropOldest(): void {
    for (const [port, conn] of this.#arrived) {
      this.#arrived.delete(port);
      return conn.close();
    }
  }
}
