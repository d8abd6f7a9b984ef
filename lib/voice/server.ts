/**
 * The voice server: one port number, TCP and UDP, and the relay between them.
 *
 * ```ts ignore
 * const voice = await startVoice({ bind: "0.0.0.0", port: 2090, roster, log });
 * voice.left(50001, 1000002); // the chat side reports what happens
 * await voice.shutdown();
 * ```
 *
 * @module
 */

import type { RelayStats } from "./counters.ts";
import { VOICE_LIMITS, type VoiceLimits } from "./limits.ts";
import { listening, listenTcp } from "../ops/listening.ts";
import { listenDatagrams } from "./datagram_port.ts";
import { DatagramGate } from "./datagram_gate.ts";
import { OwnAddresses } from "./own_addresses.ts";
import type { Wire } from "../net/wire.ts";
import { Refusals } from "../net/refusals.ts";
import { summed } from "../ops/summed.ts";
import { VoiceRelay } from "./relay.ts";
import type {
  VoiceControl,
  VoiceLog,
  VoiceOwner,
  VoiceRoster,
} from "./roster.ts";
import { TcpEdge } from "./tcp_edge.ts";
import { UdpEdge } from "./udp_edge.ts";

/** The port on which the real client listens in UDP mode. */
export const CLIENT_UDP_PORT = 2090;
const SETTING = "server.voice_port";
const TICK_MS = 100;
const REFRESH_MS = 60_000;
/** How often to try for one number that is free for both TCP and UDP. */
const BIND_TRIES = 20;

export interface VoiceOptions {
  readonly bind: string;
  /** 0 means any number that is free for both. */
  readonly port: number;
  readonly roster: VoiceRoster;
  readonly log: VoiceLog;
  /** False: TCP only. */
  readonly udp?: boolean;
  readonly clientUdpPort?: number;
  /** Read at each use, so getters make the limits live. */
  readonly limits?: VoiceLimits;
  /** Milliseconds of a steady clock. */
  readonly clock?: () => number;
  /**
   * Calls `work` every `ms` milliseconds until the returned function is called.
   */
  readonly every?: (ms: number, work: () => void) => () => void;
}

export interface VoiceStats extends RelayStats {
  /** TCP connections, including those without a hello. */
  readonly connections: number;
  readonly halfOpen: number;
}

export interface VoiceServer extends VoiceControl {
  readonly port: number;
  readonly addr: Deno.NetAddr;
  readonly relay: VoiceRelay;
  /**
   * Serves a wire that a ticket has proved to be `owner`'s. Returns false when
   * it is refused.
   */
  adopt(wire: Wire, owner: VoiceOwner): boolean;
  stats(): VoiceStats;
  /** Adds what other processes have counted to {@linkcode stats}. */
  addStats(others: () => readonly VoiceStats[]): void;
  /** Ends every link between whole frames, then closes the sockets. */
  shutdown(): Promise<void>;
}

/** Binds and serves. Rejects with CannotListen. */
// deno-lint-ignore require-await -- so that a failed bind rejects, not throws
export async function startVoice(options: VoiceOptions): Promise<VoiceServer> {
  const { bind, port, roster, log } = options;
  const clock = options.clock ?? (() => performance.now());
  const limits = options.limits ?? VOICE_LIMITS;
  const { listener, socket } = bindBoth(bind, port, options.udp ?? true);
  const refusals = new Refusals(log, clock, "voice refused");
  const relay = new VoiceRelay({
    roster,
    clock,
    clientUdpPort: options.clientUdpPort ?? CLIENT_UDP_PORT,
    limits,
  });
  const own = new OwnAddresses(bind, () => interfaces(log));
  const tcp = new TcpEdge({ listener, relay, clock, limits, refusals });
  const gate = new DatagramGate(relay, roster, clock);
  const udp = socket && new UdpEdge({ socket, relay, gate, own, refusals });
  relay.datagrams = udp;

  let others: () => readonly VoiceStats[] = () => [];
  const every = options.every ?? repeat;
  const stopTicking = every(TICK_MS, () => {
    relay.tick();
    tcp.tick();
  });
  const stopRefreshing = every(REFRESH_MS, () => own.refresh());
  const running = Promise.all([tcp.run(), udp?.run()]);

  return {
    port: listener.addr.port,
    addr: listener.addr,
    relay,
    joined: (gid, uid) => relay.joined(gid, uid),
    policyChanged: (gid) => relay.policyChanged(gid),
    left: (gid, uid) => relay.left(gid, uid),
    roomClosed: (gid) => relay.roomClosed(gid),
    signedOff: (uid) => relay.signedOff(uid),
    adopt: (wire, owner) => tcp.adopt(wire, owner),
    stats: () =>
      others().reduce<VoiceStats>(summed, {
        ...relay.stats(),
        connections: tcp.connections,
        halfOpen: tcp.halfOpen,
      }),
    addStats: (of) => others = of,
    async shutdown() {
      stopRefreshing();
      await tcp.shutdown();
      udp?.shutdown();
      stopTicking();
      await running;
    },
  };
}

function bindBoth(hostname: string, port: number, udp: boolean) {
  for (let tries = 1;; tries++) {
    const listener = listenTcp(SETTING, hostname, port);
    if (!udp) return { listener, socket: undefined };
    const number = listener.addr.port;
    try {
      const socket = listening(
        SETTING,
        number,
        () => listenDatagrams(hostname, number),
      );
      return { listener, socket };
    } catch (error) {
      listener.close();
      const taken = error instanceof Error &&
        error.cause instanceof Deno.errors.AddrInUse;
      if (port !== 0 || !taken || tries === BIND_TRIES) throw error;
    }
  }
}

function interfaces(log: VoiceLog): string[] {
  try {
    return Deno.networkInterfaces().map(({ address }) => address);
  } catch (error) {
    log.warn("own addresses are not known", { error: String(error) });
    return [];
  }
}

function repeat(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  return () => clearInterval(timer);
}
