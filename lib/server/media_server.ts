/**
 * The addresses in packets: those of voice and video, and those at which
 * clients reach each other (docs/protocol.md, "Voice", "File transfer").
 *
 * @module
 */
import { isIPv4, isPrivateAddress } from "../net/networks.ts";
import type { Session } from "../domain/session.ts";
import type { NamedHosts } from "./named_hosts.ts";
import type { MediaServer } from "../chat/context.ts";

/** IPv4 addresses that the host has set, with names already resolved. */
export type Advertised = Pick<NamedHosts, "outside" | "inside">;

export interface MediaPorts {
  voice(): number;
  /** Returns the video port, or null when there is no video. */
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
      // For everybody outside, a member in the host's own network is behind the
      // host's router.
      const behind = isPrivateAddress(subject.address) &&
        !isPrivateAddress(viewer.address);
      if (behind && outside !== undefined) return outside;
      const address = isLoopback(subject.address) && !isLoopback(viewer.address)
        // Clients on the server's own machine are at the address that the
        // viewer used.
        ? viewer.localAddress
        : subject.address;
      if (isIPv4(address)) return address;
      return address === "::1" ? "127.0.0.1" : undefined;
    },
  };
}

/**
 * Returns the address at which a client reaches a process with these addresses.
 */
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
