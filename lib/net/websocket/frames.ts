/**
 * WebSocket frames, by the library `ws`: only this module uses it.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { Receiver, Sender } from "ws";
import { concat } from "../../protocol/bytes.ts";

export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
export type Opcode = keyof typeof OPCODE;

/** Maximum fragments of one message; browsers send one. */
const MAX_FRAGMENTS = 64;
/** Maximum reads over which one incomplete frame may be spread. */
const MAX_CHUNKS = 1024;

export interface FrameEvents {
  message(data: Uint8Array, binary: boolean): void;
  ping(data: Uint8Array): void;
  pong(): void;
  /** Called when the client closes; nothing follows. */
  closed(code: number): void;
}

/** Parses a connection's bytes and calls `events` for their contents. */
export class FrameReader {
  readonly #receiver: Receiver;
  #failure: number | undefined;

  constructor(maxMessage: number, events: FrameEvents) {
    const receiver = new Receiver({
      isServer: true,
      maxPayload: maxMessage,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_CHUNKS,
      allowSynchronousEvents: true,
    });
    receiver.on("message", events.message);
    receiver.on("ping", events.ping);
    receiver.on("pong", events.pong);
    receiver.on("conclude", events.closed);
    receiver.on("error", (error: Error) => this.#failed(error));
    this.#receiver = receiver;
  }

  /** Close code (RFC 6455, 7.4.1) of a violation; undefined: none so far. */
  get failure(): number | undefined {
    return this.#failure;
  }

  /**
   * Calls `events` for each message that `bytes` complete; `bytes` must not
   * change later. Resolves once a violation in them would be known.
   */
  feed(bytes: Uint8Array): Promise<void> {
    const { buffer, byteOffset, length } = bytes;
    return new Promise((resolve) => {
      this.#receiver.write(
        Buffer.from(buffer as ArrayBuffer, byteOffset, length),
        (error?: Error | null) => {
          if (error) this.#failed(error);
          resolve();
        },
      );
    });
  }

  #failed(error: Error): void {
    this.#failure ??= closeCodeOf(error);
  }
}

/** Returns one unmasked frame, as a server sends it. */
export function encodeFrame(
  opcode: Opcode,
  payload: Uint8Array,
): Uint8Array {
  const parts = Sender.frame(payload, {
    fin: true,
    opcode: OPCODE[opcode],
    mask: false,
    readOnly: true,
    rsv1: false,
  });
  return concat(parts);
}

let lastPayload: Uint8Array | undefined;
let lastFrame: Uint8Array | undefined;

/**
 * Returns one binary frame. The members of a room get the same payload one
 * after the other, so it is made once for them all.
 */
export function sharedFrame(payload: Uint8Array): Uint8Array {
  if (payload !== lastPayload || lastFrame === undefined) {
    lastPayload = payload;
    lastFrame = encodeFrame("binary", payload);
  }
  return lastFrame;
}

/** Returns the payload of a Close frame. */
export function closePayload(code: number, reason = ""): Uint8Array {
  const text = new TextEncoder().encode(reason).subarray(0, 123);
  return concat([Uint8Array.of(code >> 8, code & 0xff), text]);
}

/** `ws` keeps the close code under a symbol of its own. */
function closeCodeOf(error: Error): number {
  const symbol = Object.getOwnPropertySymbols(error)
    .find(({ description }) => description === "status-code");
  const code: unknown = symbol && Reflect.get(error, symbol);
  return typeof code === "number" ? code : 1002;
}
