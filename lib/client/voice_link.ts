/**
 * The voice connection, with the rules of the real client's reader
 * (docs/protocol.md, "Voice").
 *
 * @module
 */
import { concat } from "../protocol/bytes.ts";
import {
  encodeHello,
  MAX_FRAME,
  MIN_FRAME,
  PREFIX_BYTES,
  u32,
} from "../protocol/rtp.ts";
import type { ByteStream } from "./transport.ts";
import { heardFrame, newHeard, type VoiceChannel } from "./voice_channel.ts";

/**
 * Voice state of one client program: after one bad frame the real program
 * closes every later voice socket at its first byte, until it is restarted.
 */
export class VoiceHealth {
  /** Why this client can no longer receive voice; undefined while it can. */
  poison: string | undefined;
}

export interface VoiceLinkOptions {
  readonly gid: number;
  readonly uid: number;
  readonly health?: VoiceHealth;
}

export class VoiceLink implements VoiceChannel {
  readonly gid: number;
  readonly heard = newHeard();
  readonly closed: Promise<void>;
  readonly health: VoiceHealth;

  readonly #stream: ByteStream;
  #open = true;
  #pending: Uint8Array = new Uint8Array();
  #writing: Promise<void> = Promise.resolve();

  private constructor(stream: ByteStream, options: VoiceLinkOptions) {
    this.gid = options.gid;
    this.health = options.health ?? new VoiceHealth();
    this.#stream = stream;
    this.closed = this.#read();
  }

  /** Connects and sends the hello, room and uid in two segments. */
  static async open(
    stream: ByteStream,
    options: VoiceLinkOptions,
  ): Promise<VoiceLink> {
    const { gid, uid } = options;
    const link = new VoiceLink(stream, options);
    const hello = encodeHello(gid, uid);
    await link.talk(hello.subarray(0, 4));
    await link.talk(hello.subarray(4));
    return link;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  talk(wireFrame: Uint8Array): Promise<void> {
    const write = async () => {
      for (let at = 0; at < wireFrame.length;) {
        at += await this.#stream.write(wireFrame.subarray(at));
      }
    };
    const done = this.#writing.then(write);
    this.#writing = done.catch(() => {});
    return done;
  }

  async close(): Promise<void> {
    this.#shut("closed by this client");
    await this.closed;
  }

  #shut(why: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.heard.fail(new Error(`voice link ${why}`));
    this.#stream.close();
  }

  #poison(why: string): void {
    this.health.poison ??= why;
    this.#shut(why);
  }

  async #read(): Promise<void> {
    const chunk = new Uint8Array(8192);
    try {
      while (this.#open) {
        const count = await this.#stream.read(chunk);
        if (count === null) break;
        if (this.health.poison !== undefined) {
          this.#shut(`deaf since: ${this.health.poison}`);
          return;
        }
        this.#pending = concat([this.#pending, chunk.subarray(0, count)]);
        this.#takeFrames();
      }
    } catch (error) {
      if (this.#open) this.#shut(`broke: ${error}`);
    }
    if (this.#open && this.#pending.length > 0) {
      this.#poison(`the server cut a frame at ${this.#pending.length} bytes`);
    }
    this.#shut("closed by the server");
  }

  #takeFrames(): void {
    while (this.#open && this.#pending.length >= PREFIX_BYTES) {
      const length = u32(this.#pending, 0);
      if (length < MIN_FRAME || length > MAX_FRAME) {
        this.#poison(`a frame of ${length} bytes`);
        return;
      }
      const end = PREFIX_BYTES + length;
      if (this.#pending.length < end) return;
      const frame = this.#pending.slice(PREFIX_BYTES, end);
      this.#pending = this.#pending.subarray(end);
      this.heard.put(heardFrame(frame, true));
    }
  }
}
