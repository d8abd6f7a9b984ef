/**
 * Keeps track of the gateways, how clients reach them, and which of them relays
 * the voice of each room.
 *
 * @module
 */
import type { MediaPlace, MediaServer } from "../chat/context.ts";
import type { Session } from "../domain/session.ts";
import type { Gid } from "../domain/store.ts";
import { isIPv4 } from "../net/networks.ts";
import { addressIn } from "../server/media_server.ts";
import type { GatewayInfo, GatewayStats } from "./control.ts";

export interface Place {
  readonly gateway: number;
  readonly info: GatewayInfo;
  stats: GatewayStats | undefined;
  /** Local address of its latest client's connection. */
  local: string | undefined;
}

/** Undefined means this process. */
type Where = number | undefined;

export class Places {
  readonly #gateways = new Map<number, Place>();
  readonly #voice = new Map<Gid, Where>();
  readonly #gatewayOf: (session: number) => number | undefined;
  readonly #people: (gid: Gid) => number;
  readonly #host: string;

  /** `host`: the name of this machine, as gateways tell theirs. */
  constructor(
    gatewayOf: (session: number) => number | undefined,
    people: (gid: Gid) => number,
    host: string,
  ) {
    this.#gatewayOf = gatewayOf;
    this.#people = people;
    this.#host = host;
  }

  all(): readonly Place[] {
    return [...this.#gateways.values()];
  }

  get(gateway: number): Place | undefined {
    return this.#gateways.get(gateway);
  }

  add(gateway: number, info: GatewayInfo): void {
    const { stats, local } = this.#gateways.get(gateway) ?? {};
    this.#gateways.set(gateway, { gateway, info, stats, local });
  }

  /** Forgets a gateway. Returns the rooms whose voice was there. */
  remove(gateway: number): Gid[] {
    this.#gateways.delete(gateway);
    const gids = [...this.#voice].filter(([, at]) => at === gateway)
      .map(([gid]) => gid);
    for (const gid of gids) this.#voice.delete(gid);
    return gids;
  }

  /** Returns whether a place has been chosen, and which gateway it is. */
  voiceAt(gid: Gid): Where {
    return this.#voice.get(gid);
  }

  /** Forgets the place of a room without members. */
  forgetVoice(gid: Gid): void {
    this.#voice.delete(gid);
  }

  /** Records that a gateway already has the voice of a room. */
  setVoice(gid: Gid, gateway: number): void {
    this.#voice.set(gid, gateway);
  }

  /**
   * Keeps the voice of a room in this process, for members who can reach no
   * gateway.
   */
  keepVoiceHere(gid: Gid): void {
    this.#voice.set(gid, undefined);
  }

  /** Chooses the gateway with the fewest users in voice rooms. */
  placeVoice(gid: Gid): Where {
    if (this.#voice.has(gid)) return this.#voice.get(gid);
    const load = new Map([...this.#gateways.keys()].map((at) => [at, 0]));
    for (const [other, at] of this.#voice) {
      if (at === undefined) continue;
      load.set(at, (load.get(at) ?? 0) + 1 + this.#people(other));
    }
    let best: Where;
    for (const at of this.#gateways.keys()) {
      if (best === undefined || load.get(at)! < load.get(best)!) best = at;
    }
    this.#voice.set(gid, best);
    return best;
  }

  /**
   * Returns the address at which a session reaches a gateway; undefined if
   * unknown.
   */
  addressOf(gateway: number, session: Session): string | undefined {
    const place = this.#gateways.get(gateway);
    if (place === undefined) return undefined;
    const { info: { inside, outside, address }, local = address } = place;
    // Behind the same machine's address they would be taken for strangers: the
    // voice port wants the address of the chat connection.
    const isReachedLikeChat = this.#gatewayOf(session.id) === gateway ||
      (isLoopback(session.address) && this.#isBeside(session, place));
    // A loopback address is valid only for clients on the gateway's own
    // machine.
    const found = isLoopback(local) && !isLoopback(session.address)
      ? address
      : local;
    return addressIn(
      { inside: inside ?? undefined, outside: outside ?? undefined },
      {
        address: session.address,
        localAddress: isReachedLikeChat ? session.localAddress : found,
      },
    );
  }

  /**
   * Returns whether the gateway listens at all addresses of the machine that
   * the session is connected to.
   */
  #isBeside({ id }: Session, { info }: Place): boolean {
    const own = this.#gatewayOf(id);
    const host = own === undefined
      ? this.#host
      : this.#gateways.get(own)?.info.host;
    return host === info.host && /^(\[::\]|0\.0\.0\.0):/.test(info.chat);
  }

  /**
   * Returns the addresses for packets, for clients of this process and of
   * gateways.
   */
  media(own: MediaServer): MediaServer {
    return {
      addressFor: (session) => {
        const gateway = this.#gatewayOf(session.id);
        return gateway === undefined
          ? own.addressFor(session)
          : this.addressOf(gateway, session);
      },
      peerAddress: (subject, viewer) => own.peerAddress(subject, viewer),
      voiceFor: (gid, session): MediaPlace | undefined => {
        const gateway = this.placeVoice(gid);
        if (gateway === undefined) return own.voiceFor(gid, session);
        const address = this.addressOf(gateway, session);
        const port = this.#gateways.get(gateway)?.info.voicePort;
        return address === undefined || port === undefined
          ? undefined
          : { address, port };
      },
      videoFor: (gid, session) => own.videoFor(gid, session),
    };
  }

  /** Records the address at which a client has reached its gateway. */
  found(gateway: number, local: string): void {
    const place = this.#gateways.get(gateway);
    if (place !== undefined && isIPv4(local)) place.local = local;
  }
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}
