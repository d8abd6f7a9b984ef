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

export interface MediaPorts {
  voice(): number;
  /** Null when there is no video. */
  video(): number | null;
}

export function mediaServer(
  ports: MediaPorts,
  advertised: () => Advertised,
): MediaServer {
  const addressFor = (session: Session) => addressIn(advertised(), session);
  const placeFor = (session: Session, port: number | null) => {
    const address = addressFor(session);
    return address === undefined || port === null
      ? undefined
      : { address, port };
  };
  return {
    addressFor,
    voiceFor: (_gid, session) => placeFor(session, ports.voice()),
    videoFor: (_gid, session) => placeFor(session, ports.video()),
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

/** How a process with these addresses is reached by one of its clients. */
export function addressIn(
  { inside, outside }: Advertised,
  { address, localAddress }: Pick<Session, "address" | "localAddress">,
): string | undefined {
  if (inside !== undefined && isPrivateAddress(address)) return inside;
  if (outside !== undefined) return outside;
  if (isIPv4(localAddress)) return localAddress;
  return localAddress === "::1" ? "127.0.0.1" : undefined;
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}
