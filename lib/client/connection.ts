/**
 * One chat connection of a client: sends and receives complete frames.
 *
 * @module
 */
import { CLIENT_VERSION, type Frame, FrameDecoder } from "../protocol/frame.ts";
import { encodeFrame } from "../protocol/frame.ts";
import { Malformed, type Packet } from "../protocol/layout.ts";
import { nameOfServerType } from "../protocol/packet_types.ts";
import { Inbox } from "./inbox.ts";
import type { ByteStream, Endpoint, Transport } from "./transport.ts";

export type { Endpoint };

export interface ConnectionOptions extends Endpoint {
  readonly transport: Transport;
  /** Version word of outgoing frames: 71 is the real client, 83 is Gaim. */
  readonly version?: number;
  /** Converts payloads to the form on the wire, and back. */
  readonly toWire?: (type: number, payload: Uint8Array) => Uint8Array;
  readonly fromWire?: (type: number, payload: Uint8Array) => Uint8Array;
  /**
   * Called with every frame as it was on the wire, and with the server's FIN.
   */
  readonly onWire?: (frame: Frame | "fin") => void;
  /** Returns false to pass frames only to `onFrame` without keeping them. */
  readonly keeps?: () => boolean;
  /**
   * Called with every frame before it can be taken; an error ends the
   * connection.
   */
  readonly onFrame?: (frame: Frame) => void;
}

/** Thrown to all waiting callers when the connection has ended. */
export class ConnectionClosed extends Error {
  override name = "ConnectionClosed";
}

export class Connection {
  readonly inbox = new Inbox<Frame>((frame) => nameOfServerType(frame.type));
  /** Resolves when the connection is over, whichever side ended it. */
  readonly closed: Promise<void>;
  /** The error that ended the connection, when neither side closed it. */
  failure: Error | undefined;

  /** The underlying stream. */
  readonly stream: ByteStream;
  readonly #options: ConnectionOptions;
  readonly #decoder = new FrameDecoder();
  #writing: Promise<void> = Promise.resolve();
  #open = true;

  private constructor(stream: ByteStream, options: ConnectionOptions) {
    this.stream = stream;
    this.#options = options;
    this.closed = this.#read();
  }

  /** Connects. Rejects with the transport's error. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    return new Connection(await options.transport.chat(options), options);
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get localAddress(): string {
    return this.stream.localAddress;
  }

  /** Sends a packet with this connection's version word. */
  send<T>(packet: Packet<T>, value: T): Promise<void> {
    const { toWire } = this.#options;
    return toWire === undefined
      ? this.sendBytes(packet.frame(value, this.#version))
      : this.sendRaw(packet.type, toWire(packet.type, packet.payload(value)));
  }

  /** Sends a frame of any type and payload. */
  sendRaw(type: number, payload: Uint8Array): Promise<void> {
    return this.sendBytes(encodeFrame(type, payload, this.#version));
  }

  /** Sends raw bytes; concurrent calls never interleave. */
  sendBytes(bytes: Uint8Array): Promise<void> {
    const write = async () => {
      for (let at = 0; at < bytes.length;) {
        at += await this.stream.write(bytes.subarray(at));
      }
    };
    const done = this.#writing.then(write);
    this.#writing = done.catch(() => {});
    return done;
  }

  /** Takes the next frame of this type, or that the predicate accepts. */
  next(
    wanted: number | ((frame: Frame) => boolean),
    timeoutMs?: number,
  ): Promise<Frame> {
    if (typeof wanted === "function") {
      return this.inbox.next(wanted, "the frame", timeoutMs);
    }
    const name = nameOfServerType(wanted);
    return this.inbox.next(({ type }) => type === wanted, name, timeoutMs);
  }

  /** Takes the next packet of this kind that the predicate accepts. */
  async expect<T>(
    packet: Packet<T>,
    wants: (value: T) => boolean = () => true,
    timeoutMs?: number,
  ): Promise<T> {
    const read = (frame: Frame) => {
      const value = packet.parse(frame.payload);
      return value instanceof Malformed ? undefined : { value };
    };
    const frame = await this.inbox.next(
      (frame) => {
        if (frame.type !== packet.type) return false;
        const parsed = read(frame);
        return parsed !== undefined && wants(parsed.value);
      },
      packet.name,
      timeoutMs,
    );
    return read(frame)!.value;
  }

  /** Closes the connection without signing off. */
  async close(): Promise<void> {
    this.#shut(new ConnectionClosed("closed by this client"));
    await this.closed;
  }

  get #version(): number {
    return this.#options.version ?? CLIENT_VERSION;
  }

  #shut(error: Error): void {
    if (!this.#open) return;
    this.#open = false;
    if (!(error instanceof ConnectionClosed)) this.failure = error;
    this.inbox.fail(error);
    this.stream.close();
  }

  async #read(): Promise<void> {
    try {
      while (this.#open) {
        const count = await this.stream.read(this.#decoder.space());
        if (count === null) {
          this.#options.onWire?.("fin");
          break;
        }
        this.#decoder.filled(count);
        this.#takeFrames();
      }
      this.#shut(new ConnectionClosed("closed by the server"));
    } catch (error) {
      this.#shut(
        error instanceof Error ? error : new ConnectionClosed(String(error)),
      );
    }
  }

  #takeFrames(): void {
    while (this.#decoder.next() === "frame") {
      const { type, version } = this.#decoder;
      const { onFrame, onWire, fromWire } = this.#options;
      const raw = { type, version, payload: this.#decoder.payload().slice() };
      onWire?.(raw);
      const payload = fromWire?.(type, raw.payload);
      const frame = payload === undefined ? raw : { ...raw, payload };
      onFrame?.(frame);
      if (this.#options.keeps?.() ?? true) this.inbox.put(frame);
    }
  }
}
