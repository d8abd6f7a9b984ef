/**
 * One connection to the video port, which carries one transaction
 * (docs/protocol.md, "Room video").
 *
 * There are thousands of them in a second, so each is one object and one
 * asynchronous function.
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
import type { Picture } from "./picture.ts";
import type { VideoRelay } from "./relay.ts";

/** Milliseconds a client has to close after the answer to its hello. */
const HELLO_LINGER_MS = 2000;
/** The head of any request, and some of a picture behind it. */
const HEAD_BUFFER = 512;
/** Buffers kept for the next connections. */
const MOST_SPARE = 64;
const spare: Uint8Array[] = [];

/** What all links of a port share. */
export interface LinkPorts {
  readonly relay: VideoRelay;
  readonly limits: { readonly transferMs: number };
  readonly clock: () => number;
  /**
   * Called when the connection is authenticated, and is no longer closed to
   * make room.
   */
  settled(link: VideoLink): void;
  refused(reason: VideoRefusal, address: string): void;
  /** Called for an error that the other end did not cause. */
  failed(error: unknown, address: string): void;
  /** Called when the socket is closed. */
  gone(link: VideoLink): void;
}

export class VideoLink implements Acceptable {
  readonly mayYield = true;
  /** True once the connection is authenticated. */
  isSettled = false;
  /**
   * When it will be closed, unless it progresses; Infinity while a GET waits.
   */
  deadline: number;
  readonly #conn: Deno.TcpConn;
  readonly #ports: LinkPorts;
  #closed = false;
  /**
   * A GET waits for its picture. Meanwhile no asynchronous function runs,
   * because thousands wait at the same time.
   */
  #isWaiting = false;

  constructor(conn: Deno.TcpConn, readonly address: string, ports: LinkPorts) {
    this.#conn = conn;
    this.#ports = ports;
    this.deadline = ports.clock() + ports.limits.transferMs;
  }

  /**
   * Handles the transaction. Resolves when it is over and the socket closed, or
   * when a GET waits.
   */
  async run(): Promise<void> {
    const conn = this.#conn;
    let head = spare.pop() ?? new Uint8Array(HEAD_BUFFER);
    try {
      let read: ReadRequest | undefined;
      let have = 0;
      while (read === undefined) {
        const got = await conn.read(have === 0 ? head : head.subarray(have));
        if (got === null) return;
        have += got;
        const result = readRequest(head.subarray(0, have));
        if (result === NOT_A_REQUEST) return this.#refuse("not a request");
        if (result !== INCOMPLETE) read = result;
        else if (have >= MAX_HEAD_BYTES) return this.#refuse("not a request");
      }
      const { request, bytes } = read;
      if (request.kind === "fetch") {
        // It may wait for long: the next connection can have the buffer.
        if (spare.length < MOST_SPARE) spare.push(head);
        head = NO_BYTES;
        this.#fetch(request, have > bytes);
      } else if (request.kind === "picture") {
        await this.#takePicture(request, head.subarray(bytes, have));
      } else {
        await this.#answerHello(request);
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      if (head !== NO_BYTES && spare.length < MOST_SPARE) spare.push(head);
      if (!this.#isWaiting) this.#end();
    }
  }

  #failed(error: unknown): void {
    // Closed by the other end, or by a deadline of ours.
    if (this.#closed || isClosing(error)) return;
    this.#ports.failed(error, this.address);
  }

  #end(): void {
    this.close();
    this.#ports.gone(this);
  }

  yieldRoom(_reason: string): void {
    this.#refuse("too many connections");
    this.close();
  }

  giveUp(): void {
    this.#refuse("too late");
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#conn.close();
    } catch {
      // The other end was faster.
    }
  }

  /** Waits for a picture, unless the request is refused. */
  #fetch(
    { publisher, viewer, digits }: Extract<VideoRequest, { kind: "fetch" }>,
    hasMore: boolean,
  ): void {
    this.#isWaiting = true;
    this.deadline = Infinity;
    const fault = this.#ports.relay.fetch(
      publisher,
      viewer,
      this.address,
      digits,
      (picture) => void this.#answer(picture, hasMore),
    );
    if (fault !== undefined) {
      this.#isWaiting = false;
      this.#refuse(fault);
    } else {
      this.#settle();
    }
  }

  async #answer({ answer }: Picture, hasMore: boolean): Promise<void> {
    const { clock, limits } = this.#ports;
    this.deadline = clock() + limits.transferMs;
    try {
      for (let at = 0; at < answer.length;) {
        at += await this.#conn.write(at === 0 ? answer : answer.subarray(at));
      }
      if (hasMore) await this.#drain();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#end();
    }
  }

  /**
   * Answers a hello, after which the client closes; without an offset it
   * receives nothing.
   */
  async #answerHello(
    request: Extract<VideoRequest, { kind: `${string} hello` }>,
  ): Promise<void> {
    const { relay, clock } = this.#ports;
    const offset = request.kind === "publisher hello"
      ? relay.publisherHello(request.uid, this.address)
      : relay.viewerHello(request.publisher, request.viewer, this.address);
    if (offset === undefined) return this.#refuse("not a member with video");
    this.#settle();
    this.deadline = clock() + HELLO_LINGER_MS;
    await this.#conn.write(encodeOffset(offset));
    await this.#conn.read(new Uint8Array(16));
  }

  async #takePicture(
    { uid, digits, size }: Extract<VideoRequest, { kind: "picture" }>,
    begun: Uint8Array,
  ): Promise<void> {
    const { relay } = this.#ports;
    const camera = relay.mayPublish(uid, this.address, digits);
    if (typeof camera === "string") return this.#refuse(camera);
    this.#settle();
    const jpeg = new Uint8Array(size);
    const early = begun.subarray(0, size);
    jpeg.set(early);
    for (let have = early.length; have < size;) {
      const got = await this.#conn.read(jpeg.subarray(have));
      if (got === null) return this.#refuse("not a sound picture");
      have += got;
    }
    // Nothing is ever written back.
    const fault = relay.take(camera, jpeg);
    if (fault !== undefined) this.#refuse(fault);
  }

  /** Closing with unread bytes would reset the connection under the answer. */
  async #drain(): Promise<void> {
    await this.#conn.closeWrite();
    const rest = new Uint8Array(256);
    for (let i = 0; i < 16 && await this.#conn.read(rest) !== null; i++);
  }

  #settle(): void {
    this.isSettled = true;
    this.#ports.settled(this);
  }

  #refuse(reason: VideoRefusal): void {
    this.#ports.refused(reason, this.address);
  }
}

const NO_BYTES = new Uint8Array();

/** Returns whether the error only means that the connection is over. */
function isClosing(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.TimedOut;
}
