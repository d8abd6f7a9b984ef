/**
 * Voice over UDP (docs/protocol.md, "Voice"), in three manners:
 *
 * - `client`: like the real client in its UDP mode. It sends no hello, uses a
 *   port of its own for sending, and receives only on port 2090 from the
 *   announced address.
 * - `hello`: eight bytes register the source address; frames in both
 *   directions have no length prefix.
 * - `prefixed`: the same with a length prefix before each frame.
 *
 * @module
 */
import { encodeHello, PREFIX_BYTES, u32 } from "../protocol/rtp.ts";
import type { Endpoint, UdpManner } from "./transport.ts";
import {
  heardFrame,
  newHeard,
  type VoiceChannel,
  withoutPrefix,
} from "./voice_channel.ts";

export interface VoiceUdpOptions extends Endpoint {
  readonly gid: number;
  readonly uid: number;
  readonly manner: UdpManner;
  /** Local address to listen on: that of the chat connection. */
  readonly localAddress?: string;
}

/** The port on which the real client receives. */
const CLIENT_UDP_PORT = 2090;

export class VoiceUdp implements VoiceChannel {
  readonly gid: number;
  readonly heard = newHeard();
  readonly closed: Promise<void>;

  readonly #options: VoiceUdpOptions;
  readonly #ears: Deno.DatagramConn;
  readonly #mouth: Deno.DatagramConn;
  #open = true;

  private constructor(options: VoiceUdpOptions) {
    this.gid = options.gid;
    this.#options = options;
    const hostname = options.localAddress ?? "127.0.0.1";
    const listen = (port: number) =>
      Deno.listenDatagram({ transport: "udp", hostname, port });
    this.#mouth = listen(0);
    this.#ears = options.manner === "client"
      ? listen(CLIENT_UDP_PORT)
      : this.#mouth;
    this.closed = this.#read();
  }

  static async open(options: VoiceUdpOptions): Promise<VoiceUdp> {
    const voice = new VoiceUdp(options);
    if (options.manner !== "client") await voice.greet();
    return voice;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Sends the hello, for peers that use one; may be repeated. */
  greet(): Promise<void> {
    return this.send(encodeHello(this.gid, this.#options.uid));
  }

  talk(wireFrame: Uint8Array): Promise<void> {
    const { manner } = this.#options;
    return this.send(
      manner === "prefixed" ? wireFrame : withoutPrefix(wireFrame),
    );
  }

  /** Sends a datagram unchanged. */
  async send(datagram: Uint8Array): Promise<void> {
    const { host, port } = this.#options;
    await this.#mouth.send(datagram, {
      transport: "udp",
      hostname: host,
      port,
    });
  }

  async close(): Promise<void> {
    if (this.#open) {
      this.#open = false;
      this.heard.fail(new Error("voice closed by this client"));
      this.#mouth.close();
      if (this.#ears !== this.#mouth) this.#ears.close();
    }
    await this.closed;
  }

  async #read(): Promise<void> {
    const { host, port, manner } = this.#options;
    try {
      for await (const [datagram, from] of this.#ears) {
        const { hostname, port: source } = from as Deno.NetAddr;
        // The real client accepts any port of the announced address.
        if (hostname !== host || (manner !== "client" && source !== port)) {
          continue;
        }
        const prefixed = datagram.length > PREFIX_BYTES &&
          u32(datagram, 0) === datagram.length - PREFIX_BYTES;
        const frame = prefixed ? withoutPrefix(datagram) : datagram;
        this.heard.put(heardFrame(frame.slice(), prefixed));
      }
    } catch {
      // The socket was closed during the read.
    }
  }
}
