/**
 * The video server: one TCP port, and the relay behind it.
 *
 * ```ts ignore
 * const video = startVideo({ bind: "0.0.0.0", port: 2092, cameras, log, … });
 * video.changed({ what: "camera ended", camera });
 * await video.shutdown();
 * ```
 *
 * @module
 */
import type { Camera, Cameras } from "../domain/cameras.ts";
import type { VideoChange } from "../domain/effects.ts";
import type { NetLog } from "../net/refusals.ts";
import { CannotListen, listenTcp } from "../ops/listening.ts";
import { isViewablePort } from "../protocol/packets/room_video.ts";
import type { VideoRefusal } from "./counters.ts";
import { VIDEO_LIMITS, type VideoLimits } from "./limits.ts";
import { summed } from "../ops/summed.ts";
import type { Uid } from "../domain/store.ts";
import { VideoRelay } from "./relay.ts";
import { VideoTcpEdge } from "./tcp_edge.ts";

const SETTING = "server.video_port";
const TICK_MS = 50;
/** Clients cannot use about one port in 23. */
const BIND_TRIES = 50;

export interface VideoOptions {
  readonly bind: string;
  /** 0: any free port that clients connect to. */
  readonly port: number;
  readonly cameras: Cameras;
  readonly log: NetLog;
  /** The first sound picture of a camera has come. */
  readonly onFirstPicture: (camera: Camera) => void;
  /** Called 20 times per second. */
  readonly onTick?: () => void;
  readonly isUncounted?: (address: string) => boolean;
  readonly limits?: VideoLimits;
  /** Milliseconds of a steady clock. */
  readonly clock?: () => number;
  readonly random?: () => number;
}

export interface VideoStats {
  readonly publishers: number;
  /** Publishers whose first picture has come. */
  readonly live: number;
  readonly views: number;
  readonly connections: number;
  /** GETs that wait for a picture. */
  readonly held: number;
  readonly picturesIn: number;
  readonly picturesOut: number;
  readonly picturesSkipped: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly refused: Readonly<Partial<Record<VideoRefusal, number>>>;
}

export interface PicturesReceived {
  readonly pictures: number;
  readonly bytes: number;
}

/** What another process has counted, of its cameras by the user's number too. */
export interface OtherVideo {
  readonly stats: VideoStats;
  readonly cameras: readonly (readonly [Uid, PicturesReceived])[];
}

export interface VideoServer {
  readonly port: number;
  readonly addr: Deno.NetAddr;
  readonly relay: VideoRelay;
  changed(change: VideoChange): void;
  stats(): VideoStats;
  /** Returns what has come of a camera so far. */
  received(camera: Camera): PicturesReceived;
  /** Adds what other processes have counted. */
  addStats(others: () => readonly OtherVideo[]): void;
  shutdown(): Promise<void>;
}

/** Binds and serves. Throws CannotListen. */
export function startVideo(options: VideoOptions): VideoServer {
  const { cameras, log, onFirstPicture, onTick, isUncounted } = options;
  const clock = options.clock ?? (() => performance.now());
  const limits = options.limits ?? VIDEO_LIMITS;
  const random = options.random ?? unguessable;
  const listener = bindPort(options.bind, options.port);
  const relay = new VideoRelay({
    cameras,
    limits,
    clock,
    random,
    onFirstPicture,
  });
  const edge = new VideoTcpEdge({
    listener,
    cameras,
    relay,
    limits,
    log,
    clock,
    ...(isUncounted !== undefined && { isUncounted }),
  });
  const timer = setInterval(() => {
    relay.tick();
    edge.tick();
    onTick?.();
  }, TICK_MS);
  const running = edge.run();
  let others: () => readonly OtherVideo[] = () => [];
  return {
    port: (listener.addr as Deno.NetAddr).port,
    addr: listener.addr as Deno.NetAddr,
    relay,
    changed: (change) => relay.changed(change),
    stats: () =>
      others().reduce<VideoStats>(
        (sum, { stats }) => ({
          ...summed(sum, stats),
          // They are in the list of this process already.
          publishers: sum.publishers,
          live: sum.live,
          views: sum.views,
        }),
        statsOf(cameras, relay, edge),
      ),
    received: (camera) =>
      others().flatMap(({ cameras }) => cameras)
        .filter(([uid]) => uid === camera.uid)
        .reduce((sum, [, one]) => summed(sum, one), relay.received(camera)),
    addStats: (of) => others = of,
    async shutdown() {
      clearInterval(timer);
      await edge.shutdown();
      await running;
    },
  };
}

function statsOf(
  cameras: Cameras,
  { counters, held }: VideoRelay,
  { connections }: VideoTcpEdge,
): VideoStats {
  const { refused, answeredWithOld: _, ...counted } = counters;
  return {
    publishers: cameras.size,
    live: [...cameras.all()].filter(({ live }) => live).length,
    views: cameras.viewCount,
    connections,
    held,
    picturesIn: counted.picturesIn,
    picturesOut: counted.picturesOut,
    picturesSkipped: counted.picturesSkipped,
    bytesIn: counted.bytesIn,
    bytesOut: counted.bytesOut,
    refused: Object.fromEntries(refused),
  };
}

/** A port that viewers' clients connect to, see `isViewablePort`. */
function bindPort(bind: string, port: number): Deno.TcpListener {
  const useless: Deno.TcpListener[] = [];
  try {
    for (let tries = 0; tries < BIND_TRIES; tries++) {
      const listener = listenTcp(SETTING, bind, port);
      if (isViewablePort((listener.addr as Deno.NetAddr).port)) return listener;
      // Kept for a moment, so that the system offers another one.
      useless.push(listener);
      if (port !== 0) break;
    }
    throw new CannotListen(
      `Port ${port} (${SETTING}) is of no use: clients do not connect to it.`,
      SETTING,
    );
  } finally {
    for (const listener of useless) listener.close();
  }
}

/** At least 0 and less than 1, from the system's source. */
function unguessable(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;
}
