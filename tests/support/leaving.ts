/**
 * Two ways in which clients react when the server closes.
 *
 * @module
 */
import { TCP } from "../../lib/client/mod.ts";
import type { ByteStream, Transport } from "../../lib/client/transport.ts";

/**
 * Wraps a stream whose reads do not end, whatever the server does, until a
 * write has failed.
 */
function unaware(stream: ByteStream): ByteStream {
  const noticed = Promise.withResolvers<null>();
  return {
    localAddress: stream.localAddress,
    async read(into) {
      const count = await stream.read(into).catch(() => null);
      return count ?? await noticed.promise;
    },
    async write(bytes) {
      try {
        return await stream.write(bytes);
      } catch (error) {
        noticed.resolve(null);
        throw error;
      }
    },
    close() {
      noticed.resolve(null);
      stream.close();
    },
  };
}

/**
 * Like the real client, which does not notice that the server has closed until
 * it sends something (docs/protocol.md, "System").
 */
export const UNAWARE: Transport = {
  ...TCP,
  chat: async (at) => unaware(await TCP.chat(at)),
};

/** Returns a transport that sees the FIN, writes these bytes, and closes. */
export function withLastWords(words: () => Uint8Array): Transport {
  return {
    ...TCP,
    async chat(at) {
      const stream = await TCP.chat(at);
      return {
        ...stream,
        async read(into) {
          const count = await stream.read(into);
          if (count === null) await stream.write(words());
          return count;
        },
      };
    },
  };
}
