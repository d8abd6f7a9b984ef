/**
 * A client's voice: one room at a time, opened when the server announces the
 * room's media server (docs/protocol.md, "Voice").
 *
 * @module
 */
import { keepalive } from "../protocol/packets/signon.ts";
import type { Line } from "./line.ts";
import {
  type Heard,
  nextHeard,
  Talker,
  type VoiceChannel,
} from "./voice_channel.ts";
import { VoiceHealth, VoiceLink } from "./voice_link.ts";
import type { UdpManner } from "./transport.ts";

/** `udp-client` is the real client's UDP mode; `none` opens nothing. */
export type VoiceManner = "tcp" | "none" | `udp-${UdpManner}`;

/** Sent this often, in milliseconds, while a voice room's window is open. */
const KEEPALIVE_MS = 60_000;

export class VoicePort {
  readonly health = new VoiceHealth();
  /**
   * Makes this client's frames; like the real client, it continues the
   * numbering after pauses.
   */
  talker = new Talker(0);

  #channel: Promise<VoiceChannel> | undefined;
  #opened = Promise.withResolvers<void>();
  #keepalive: ReturnType<typeof setInterval> | undefined;
  #gid = 0;

  constructor(readonly client: Line, readonly manner: VoiceManner) {}

  /** Opens the channel once the room's window and media server are known. */
  enter(gid: number): void {
    const { rooms, media } = this.client.state;
    if (this.manner === "none" || !rooms.has(gid) || !media.has(gid)) return;
    const earlier = this.#channel;
    this.#gid = gid;
    this.#channel = this.#move(earlier, gid);
    // The caller that waits for the channel gets the error.
    this.#channel.catch(() => {});
    this.#opened.resolve();
    this.#startKeepalive();
  }

  /** Resolves with the channel when it is open. */
  async channel(): Promise<VoiceChannel> {
    await this.#opened.promise;
    return await this.#channel!;
  }

  /**
   * Sends one frame of `count` GSM frames, as when the talk key is pressed.
   * Reopens a link that the server has closed.
   */
  async talk(fill = 0, count = 4): Promise<Uint8Array<ArrayBuffer>> {
    let channel = await this.channel();
    if (!channel.isOpen && this.health.poison === undefined) {
      this.enter(this.#gid);
      channel = await this.channel();
    }
    if (this.talker.uid !== this.client.uid) {
      this.talker = new Talker(this.client.uid);
    }
    const frame = this.talker.next(fill, count);
    await channel.talk(frame);
    return frame;
  }

  /** Takes the next received frame, of `speaker` if given. */
  async hear(speaker?: number, timeoutMs?: number): Promise<Heard> {
    return await nextHeard(await this.channel(), speaker, timeoutMs);
  }

  /** Frames received and not taken. */
  async waiting(): Promise<readonly Heard[]> {
    return (await this.channel()).heard.items;
  }

  /** Closes the channel when the window of `gid` is closed. */
  async leave(gid: number): Promise<void> {
    if (gid === this.#gid) await this.close();
  }

  async close(): Promise<void> {
    clearInterval(this.#keepalive);
    this.#gid = 0;
    const channel = this.#channel;
    this.#channel = undefined;
    this.#opened = Promise.withResolvers();
    await channel?.then((open) => open.close(), () => {});
  }

  async #move(
    earlier: Promise<VoiceChannel> | undefined,
    gid: number,
  ): Promise<VoiceChannel> {
    await earlier?.then((open) => open.close(), () => {});
    const { state, connection } = this.client;
    const media = state.media.get(gid)!;
    const common = { host: media.address, gid, uid: state.uid };
    const { transport } = this.client.options;
    if (this.manner === "tcp" || transport.datagrams === undefined) {
      const stream = await transport.voice(
        { host: common.host, port: media.tcpPort },
        connection.stream,
      );
      return await VoiceLink.open(stream, { ...common, health: this.health });
    }
    return await transport.datagrams(
      { ...common, port: media.udpPort & 0xffff },
      this.manner.slice("udp-".length) as UdpManner,
      connection.localAddress,
    );
  }

  #startKeepalive(): void {
    clearInterval(this.#keepalive);
    this.#keepalive = setInterval(() => {
      this.client.send(keepalive, {}).catch(() => {});
    }, KEEPALIVE_MS);
  }
}
