/**
 * How a client's bytes travel: over TCP and UDP (tcp.ts), or over WebSocket
 * (websocket.ts). The rest of lib/client depends on neither, so it also runs in
 * a browser.
 *
 * @module
 */
import type { VoiceChannel } from "./voice_channel.ts";

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** A two-way stream of bytes. */
export interface ByteStream {
  /** Address of this end; "" when it is not known. */
  readonly localAddress: string;
  /** Reads at least one byte into `into`; null at the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes at least one byte of `bytes`; returns how many. */
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

/** Address of a room's voice, and the identity of the speaker. */
export interface VoicePlace extends Endpoint {
  readonly gid: number;
  readonly uid: number;
}

/** `client` is the real client's UDP mode. */
export type UdpManner = "client" | "hello" | "prefixed";

export interface Transport {
  /** Opens a chat connection. Rejects when that fails. */
  chat(at: Endpoint): Promise<ByteStream>;
  /**
   * Opens a voice connection without sending the hello; `chat` is the chat
   * connection of the same session.
   */
  voice(at: Endpoint, chat: ByteStream): Promise<ByteStream>;
  /** Opens one connection to the video port, for transports with TCP. */
  readonly video?: (at: Endpoint) => Promise<ByteStream>;
  /** Opens voice over UDP, for transports that have it. */
  readonly datagrams?: (
    place: VoicePlace,
    manner: UdpManner,
    localAddress: string,
  ) => Promise<VoiceChannel>;
}
