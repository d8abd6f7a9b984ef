/**
 * The client over TCP and UDP, like the real one.
 *
 * @module
 */
import { Client, type ClientOptions } from "./client.ts";
import type { Credentials } from "./sign_on.ts";
import type { ByteStream, Endpoint, Transport } from "./transport.ts";
import { VoiceLink, type VoiceLinkOptions } from "./voice_link.ts";
import { VoiceUdp } from "./voice_udp.ts";

async function connect({ host, port }: Endpoint): Promise<ByteStream> {
  const conn = await Deno.connect({ hostname: host, port });
  conn.setNoDelay(true);
  return {
    localAddress: (conn.localAddr as Deno.NetAddr).hostname,
    read: (into) => conn.read(into),
    write: (bytes) => conn.write(bytes),
    close: () => conn.close(),
  };
}

export const TCP: Transport = {
  chat: connect,
  voice: connect,
  video: connect,
  datagrams: ({ host, port, gid, uid }, manner, localAddress) =>
    VoiceUdp.open({ host, port, gid, uid, manner, localAddress }),
};

/** Connects to a voice port and sends the hello. */
export async function openVoiceLink(
  options: VoiceLinkOptions & Endpoint,
): Promise<VoiceLink> {
  return await VoiceLink.open(await connect(options), options);
}

export type PaltalkOptions =
  & Omit<ClientOptions, "transport">
  & Partial<Pick<ClientOptions, "transport">>;

/** {@linkcode Client} over TCP, unless another transport is given. */
export class PaltalkClient extends Client {
  constructor(options: PaltalkOptions) {
    super({ transport: TCP, ...options });
  }

  /** Returns a client that is signed on. */
  static async signOn(
    options: PaltalkOptions & Credentials,
  ): Promise<PaltalkClient> {
    const client = new PaltalkClient(options);
    await client.signOn(options);
    return client;
  }
}
