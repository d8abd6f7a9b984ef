/**
 * The client over WebSocket, as in a browser: `/ws/chat` and `/ws/voice` at the
 * pages' address carry the same bytes as TCP (docs/browser.md).
 *
 * @module
 */
import type { ByteStream, Endpoint, Transport } from "./transport.ts";

const PROTOCOL = "retropal";
const TICKET_MS = 10_000;
/** Bytes that the browser may buffer before a writer has to wait. */
const MOST_BUFFERED = 262_144;
const BUFFER_CHECK_MS = 20;
/** Longest message in bytes; message boundaries have no meaning. */
const MESSAGE_BYTES = 32_768;

/** Creates a WebSocket; outside a browser it must send an Origin header. */
export type Connect = (url: string, protocols: string[]) => WebSocket;

export interface WebSocketTransportOptions {
  /**
   * Returns a ticket for each chat connection; undefined to sign on by
   * password.
   */
  readonly ticket?: () => Promise<string | undefined>;
  readonly connect?: Connect;
}

/** Thrown when the WebSocket was refused or broken off. */
export class WebSocketClosed extends Error {
  override name = "WebSocketClosed";
  constructor(readonly code: number, reason: string) {
    super(reason || `connection closed (${code})`);
  }
}

/** What a chat session can ask a ticket for. */
export type TicketPurpose = "voice" | "video" | "profile";

export class WebSocketStream implements ByteStream {
  readonly localAddress = "";
  readonly #socket: WebSocket;
  readonly #received: Uint8Array[] = [];
  #wake: (() => void) | undefined;
  #ended: WebSocketClosed | undefined;
  readonly #answers = new Map<string, (ticket: string) => void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = ({ code, reason }) => {
      this.#ended ??= new WebSocketClosed(code, reason);
      this.#wake?.();
    };
  }

  /** `ticket` is sent as a subprotocol, because proxies log addresses. */
  static async open(
    url: string,
    ticket?: string,
    connect: Connect = (url, protocols) => new WebSocket(url, protocols),
  ): Promise<WebSocketStream> {
    const protocols = [PROTOCOL];
    if (ticket !== undefined) protocols.push(`ticket.${ticket}`);
    const stream = new WebSocketStream(connect(url, protocols));
    await stream.#opened();
    return stream;
  }

  /** How the connection ended; undefined while it is open. */
  get ended(): WebSocketClosed | undefined {
    return this.#ended;
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#received.length === 0) {
      if (this.#ended !== undefined) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const first = this.#received[0]!;
    const count = Math.min(first.length, into.length);
    into.set(first.subarray(0, count));
    if (count === first.length) this.#received.shift();
    else this.#received[0] = first.subarray(count);
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    while (this.#socket.bufferedAmount > MOST_BUFFERED) {
      await new Promise((resolve) => setTimeout(resolve, BUFFER_CHECK_MS));
      if (this.#ended !== undefined) break;
    }
    if (this.#ended !== undefined) throw this.#ended;
    const part = bytes.slice(0, MESSAGE_BYTES);
    this.#socket.send(part);
    return part.length;
  }

  /** Asks the chat session for a ticket. Rejects when none comes. */
  ticket(purpose: TicketPurpose): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const timer = setTimeout(
      () => reject(new Error(`no ticket for ${purpose}`)),
      TICKET_MS,
    );
    this.#answers.set(purpose, (ticket) => {
      clearTimeout(timer);
      resolve(ticket);
    });
    if (this.#ended !== undefined) reject(this.#ended);
    else this.#socket.send(purpose);
    return promise;
  }

  close(): void {
    this.#socket.close();
    this.#ended ??= new WebSocketClosed(1000, "closed by this client");
    this.#wake?.();
  }

  #opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.onopen = () => resolve();
      this.#wake = () => reject(this.#ended);
    });
  }

  #take(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      this.#received.push(new Uint8Array(data));
      this.#wake?.();
    } else if (typeof data === "string") {
      const [purpose = "", ticket = ""] = data.split(" ");
      this.#answers.get(purpose)?.(ticket);
      this.#answers.delete(purpose);
    }
  }
}

/** `base` is the address of the pages, such as "ws://example.org:8080". */
export function webSocketTransport(
  base: string,
  { ticket, connect }: WebSocketTransportOptions = {},
): Transport {
  return {
    chat: async (_at: Endpoint) =>
      await WebSocketStream.open(`${base}/ws/chat`, await ticket?.(), connect),
    voice: async (_at: Endpoint, chat: ByteStream) => {
      if (!(chat instanceof WebSocketStream)) {
        throw new Error("the chat connection is no WebSocket");
      }
      const shown = await chat.ticket("voice");
      return await WebSocketStream.open(`${base}/ws/voice`, shown, connect);
    },
  };
}
