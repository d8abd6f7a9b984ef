/**
 * How a client's bytes travel: over TCP and UDP (tcp.ts), or over WebSocket
 * (websocket.ts). The rest of lib/client knows neither, so it runs in a
 * browser too.
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

/** Where a voice room's sound is, and whose voice it will be. */
export interface VoicePlace extends Endpoint {
  readonly gid: number;
  readonly uid: number;
}

/** `client` is the real client's UDP mode. */
export type UdpManner = "client" | "hello" | "prefixed";

export interface Transport {
  /** Opens a chat connection. Rejects when there is none. */
  chat(at: Endpoint): Promise<ByteStream>;
  /** Opens a voice link, before the hello; `chat` is the connection beside it. */
  voice(at: Endpoint, chat: ByteStream): Promise<ByteStream>;
  /** Opens one connection to the video port, where pictures go by TCP. */
  readonly video?: (at: Endpoint) => Promise<ByteStream>;
  /** Opens voice by datagrams, where that is possible. */
  readonly datagrams?: (
    place: VoicePlace,
    manner: UdpManner,
    localAddress: string,
  ) => Promise<VoiceChannel>;
}
