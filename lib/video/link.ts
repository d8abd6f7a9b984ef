/**
 * One connection to the video port, which carries one transaction
 * (docs/protocol.md, "Room video").
 *
 * @module
 */
import type { Acceptable } from "../net/acceptor.ts";
import {
  encodeOffset,
  INCOMPLETE,
  MAX_HEAD_BYTES,
  NOT_A_REQUEST,
  type ReadRequest,
  readRequest,
  type VideoRequest,
} from "../protocol/video_port.ts";
import type { VideoRefusal } from "./counters.ts";
import type { Picture, VideoRelay } from "./relay.ts";

/** Milliseconds a client has to close after the answer to its hello. */
const HELLO_LINGER_MS = 2000;
/** The head of any request, and a good part of a picture behind it. */
const HEAD_BUFFER = 1024;
/** Buffers kept for the next connections. */
const MOST_SPARE = 256;
const spare: Uint8Array[] = [];

export interface LinkOptions {
  readonly conn: Deno.TcpConn;
  readonly address: string;
  readonly relay: VideoRelay;
  readonly now: number;
  readonly transferMs: number;
  readonly clock: () => number;
  /** It has proved who it is: it makes room for nobody. */
  readonly onSettled: (link: VideoLink) => void;
  readonly onRefused: (reason: VideoRefusal, address: string) => void;
}

export class VideoLink implements Acceptable {
  readonly address: string;
  readonly mayYield = true;
  /** It has proved who it is. */
  isSettled = false;
  /** When it is closed, unless it moves on; Infinity while a GET waits. */
  deadline: number;
  readonly #options: LinkOptions;
  #closed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.address = options.address;
    this.deadline = options.now + options.transferMs;
  }

  /** Resolves when the transaction is over and the socket closed. */
  async run(): Promise<void> {
    const head = spare.pop() ?? new Uint8Array(HEAD_BUFFER);
    try {
      const read = await this.#readHead(head);
      if (read !== undefined) await this.#serve(read, head);
    } catch (error) {
      // Closed by the other end, or by a deadline of ours.
      if (!(isClosing(error) || this.#closed)) throw error;
    } finally {
      if (spare.length < MOST_SPARE) spare.push(head);
      this.close();
    }
  }

  yieldRoom(_reason: string): void {
    this.#options.onRefused("too many connections", this.address);
    this.close();
  }

  giveUp(): void {
    this.#options.onRefused("too late", this.address);
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#options.conn.close();
    } catch {
      // The other end was faster.
    }
  }

  async #readHead(
    head: Uint8Array,
  ): Promise<(ReadRequest & { have: number }) | undefined> {
    const { conn } = this.#options;
    for (let have = 0;;) {
      const got = await conn.read(head.subarray(have));
      if (got === null) return undefined;
      have += got;
      const read = readRequest(head.subarray(0, have));
      if (read === NOT_A_REQUEST) {
        this.#refuse("not a request");
        return undefined;
      }
      if (read !== INCOMPLETE) return { ...read, have };
      if (have >= MAX_HEAD_BYTES) return undefined;
    }
  }

  async #serve(
    { request, bytes, have }: ReadRequest & { have: number },
    head: Uint8Array,
  ): Promise<void> {
    const { relay } = this.#options;
    switch (request.kind) {
      case "publisher hello":
        return await this.#answerHello(
          relay.publisherHello(request.uid, this.address),
        );
      case "viewer hello":
        return await this.#answerHello(
          relay.viewerHello(request.publisher, request.viewer, this.address),
        );
      case "picture":
        return await this.#takePicture(request, head.subarray(bytes, have));
      case "fetch":
        return await this.#answerFetch(request, have > bytes);
    }
  }

  /** The client closes; without an offset it gets no byte. */
  async #answerHello(offset: number | undefined): Promise<void> {
    if (offset === undefined) return this.#refuse("not a member with video");
    const { conn, clock } = this.#options;
    this.#settle();
    this.deadline = clock() + HELLO_LINGER_MS;
    await this.#write(encodeOffset(offset));
    await conn.read(new Uint8Array(16));
  }

  async #takePicture(
    { uid, digits, size }: Extract<VideoRequest, { kind: "picture" }>,
    begun: Uint8Array,
  ): Promise<void> {
    const { conn, relay } = this.#options;
    const camera = relay.mayPublish(uid, this.address, digits);
    if (typeof camera === "string") return this.#refuse(camera);
    this.#settle();
    const jpeg = new Uint8Array(size);
    const early = begun.subarray(0, size);
    jpeg.set(early);
    for (let have = early.length; have < size;) {
      const got = await conn.read(jpeg.subarray(have));
      if (got === null) return this.#refuse("not a sound picture");
      have += got;
    }
    // Nothing is ever written back.
    const fault = relay.take(camera, jpeg);
    if (fault !== undefined) this.#refuse(fault);
  }

  async #answerFetch(
    request: Extract<VideoRequest, { kind: "fetch" }>,
    saysMore: boolean,
  ): Promise<void> {
    const { relay, clock, transferMs, conn } = this.#options;
    const { publisher, viewer, digits } = request;
    const { promise, resolve } = Promise.withResolvers<Picture>();
    const fault = relay.fetch(
      publisher,
      viewer,
      this.address,
      digits,
      resolve,
    );
    if (fault !== undefined) return this.#refuse(fault);
    this.#settle();
    this.deadline = Infinity;
    const { answer } = await promise;
    this.deadline = clock() + transferMs;
    await this.#write(answer);
    if (!saysMore) return;
    // Closing with unread bytes would reset the connection under the answer.
    await conn.closeWrite();
    const rest = new Uint8Array(256);
    for (let i = 0; i < 16 && await conn.read(rest) !== null; i++);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const { conn } = this.#options;
    for (let written = 0; written < bytes.length;) {
      written += await conn.write(
        written === 0 ? bytes : bytes.subarray(written),
      );
    }
  }

  #settle(): void {
    this.isSettled = true;
    this.#options.onSettled(this);
  }

  #refuse(reason: VideoRefusal): void {
    this.#options.onRefused(reason, this.address);
  }
}

/** Whether the error only says that the connection is over. */
function isClosing(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.TimedOut;
}
