/**
 * The connection of the NATS client, based on Deno's own sockets. The client
 * uses node:tls, which in Deno cannot upgrade a plain connection, and checks
 * the name "localhost" in the certificate of a server that is given by its IP
 * address.
 *
 * @module
 */
import { lookup } from "node:dns/promises";
import {
  checkOptions,
  type ConnectionOptions,
  extractProtocolMessage,
  type NatsConnection,
  NatsConnectionImpl,
  type Server,
  type ServerInfo,
  setTransportFactory,
  type Transport,
} from "@nats-io/transport-node";

const CHUNK = 65_536;
/** Maximum bytes of a server's first line. */
const INFO_BYTES = 1_048_576;

/** Does the same as the client's `connect`, with these sockets. */
export async function connectNats(
  options: ConnectionOptions,
): Promise<NatsConnection> {
  let latest: DenoTransport | undefined;
  setTransportFactory({
    factory: () => latest = new DenoTransport(),
    dnsResolveFn: async (name) =>
      (await lookup(name, { all: true })).map(({ address }) => address),
  });
  try {
    return await NatsConnectionImpl.connect(options);
  } catch (error) {
    // The client only reports a timeout.
    throw latest?.closeError ?? error;
  }
}

class DenoTransport implements Transport {
  readonly lang = "deno";
  readonly version = Deno.version.deno;
  closeError?: Error;
  readonly #ended = Promise.withResolvers<void | Error>();
  #conn: Deno.Conn | undefined;
  /** Bytes read while looking for the server's first line. */
  #first = new Uint8Array();
  #outgoing: Uint8Array[] = [];
  #writing: Promise<void> | undefined;
  #isEncrypted = false;
  #isConnected = false;
  #isDone = false;

  get isClosed(): boolean {
    return this.#isDone;
  }

  isEncrypted(): boolean {
    return this.#isEncrypted;
  }

  async connect(server: Server, options: ConnectionOptions): Promise<void> {
    const { hostname, port } = server;
    const { tls } = options;
    // Resolved addresses keep the name that the certificate must contain.
    const name = server.tlsName || hostname;
    try {
      // A client certificate can only be presented if TLS starts first.
      if (tls?.certFile !== undefined || tls?.handshakeFirst) {
        this.#take(
          await Deno.connectTls({
            hostname: name,
            port,
            ...await authority(tls),
            ...(tls.certFile !== undefined && tls.keyFile !== undefined && {
              cert: await Deno.readTextFile(tls.certFile),
              key: await Deno.readTextFile(tls.keyFile),
            }),
          }),
          true,
        );
        checkOptions(await this.#readInfo(), options);
      } else {
        this.#take(await Deno.connect({ hostname, port }), false);
        const info = await this.#readInfo();
        checkOptions(info, options);
        if (info.tls_required || info.tls_available) {
          const encrypted = await Deno.startTls(this.#conn as Deno.TcpConn, {
            hostname: name,
            ...await authority(tls),
          });
          this.#take(encrypted, true);
          await encrypted.handshake();
        }
      }
      this.#isConnected = true;
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    if (this.#first.length > 0) yield this.#first;
    const buffer = new Uint8Array(CHUNK);
    while (!this.#isDone) {
      let count: number | null = null;
      let fault: Error | undefined;
      try {
        count = await this.#conn!.read(buffer);
      } catch (error) {
        fault = error instanceof Error ? error : new Error(`${error}`);
      }
      if (count === null) return this.#lost(fault);
      // Copied, because messages are views of it and are kept.
      yield buffer.slice(0, count);
    }
  }

  send(frame: Uint8Array): void {
    if (this.#isDone || this.#conn === undefined) return;
    this.#outgoing.push(frame);
    this.#writing ??= this.#write();
  }

  disconnect(): void {
    void this.close();
  }

  async close(error?: Error): Promise<void> {
    if (error === undefined) await this.#writing;
    this.#lost(error);
  }

  closed(): Promise<void | Error> {
    return this.#ended.promise;
  }

  discard(): void {
    this.#close();
  }

  #take(conn: Deno.Conn, isEncrypted: boolean): void {
    this.#conn = conn;
    this.#isEncrypted = isEncrypted;
    if (this.#isDone) {
      this.#close();
      throw new Error("connection closed while it was being made");
    }
    if ("setNoDelay" in conn) (conn as Deno.TcpConn).setNoDelay(true);
  }

  /** Returns the server's INFO, which stays in the buffer to be read. */
  async #readInfo(): Promise<ServerInfo> {
    const buffer = new Uint8Array(CHUNK);
    while (this.#first.length < INFO_BYTES) {
      const count = await this.#conn!.read(buffer);
      if (count === null) throw new Error("closed by the server");
      this.#first = joined([this.#first, buffer.subarray(0, count)]);
      const line = extractProtocolMessage(this.#first);
      if (line === "") continue;
      const [, json] = /^INFO\s+(\{.*\})/i.exec(line) ?? [];
      if (json === undefined) break;
      return JSON.parse(json);
    }
    throw new Error("no nats-server answers there");
  }

  async #write(): Promise<void> {
    try {
      while (this.#outgoing.length > 0 && !this.#isDone) {
        const [first] = this.#outgoing;
        let bytes = this.#outgoing.length === 1
          ? first!
          : joined(this.#outgoing);
        this.#outgoing = [];
        while (bytes.length > 0) {
          bytes = bytes.subarray(await this.#conn!.write(bytes));
        }
      }
    } catch {
      // The reader, or a missing answer to a ping, ends the connection.
    }
    this.#writing = undefined;
  }

  #lost(error?: Error): void {
    const isFirst = !this.#isDone && this.#isConnected;
    this.#close();
    if (!isFirst) return;
    if (error !== undefined) this.closeError = error;
    this.#ended.resolve(error);
  }

  #close(): void {
    this.#isDone = true;
    this.#outgoing = [];
    try {
      this.#conn?.close();
    } catch {
      // Closed already.
    }
  }
}

async function authority(
  tls: ConnectionOptions["tls"],
): Promise<{ caCerts?: string[] }> {
  return tls?.caFile === undefined
    ? {}
    : { caCerts: [await Deno.readTextFile(tls.caFile)] };
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
