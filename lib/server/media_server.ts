/**
 * The addresses that go into packets: where voice is, and where another client
 * can be reached (docs/protocol.md, "Voice", "File transfer").
 *
 * @module
 */
import { isIPv4, isPrivateAddress } from "../net/networks.ts";
import type { Session } from "../domain/session.ts";
import type { NamedHosts } from "./named_hosts.ts";
import type { MediaServer } from "../chat/context.ts";

/** IPv4 addresses that the host has set, names already resolved. */
export type Advertised = Pick<NamedHosts, "outside" | "inside">;

export function mediaServer(
  port: () => number,
  advertised: () => Advertised,
): MediaServer {
  return {
    get port() {
      return port();
    },
    addressFor(session: Session): string | undefined {
      const { inside, outside } = advertised();
      if (inside !== undefined && isPrivateAddress(session.address)) {
        return inside;
      }
      if (outside !== undefined) return outside;
      if (isIPv4(session.localAddress)) return session.localAddress;
      return session.localAddress === "::1" ? "127.0.0.1" : undefined;
    },
    peerAddress(subject: Session, viewer: Session): string | undefined {
      const { outside } = advertised();
      // A member in the host's own network is behind the host's router for
      // everybody outside.
      const behind = isPrivateAddress(subject.address) &&
        !isPrivateAddress(viewer.address);
      if (behind && outside !== undefined) return outside;
      const address = isLoopback(subject.address) && !isLoopback(viewer.address)
        // Clients on the server's own machine are where the viewer found it.
        ? viewer.localAddress
        : subject.address;
      if (isIPv4(address)) return address;
      return address === "::1" ? "127.0.0.1" : undefined;
    },
  };
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}
