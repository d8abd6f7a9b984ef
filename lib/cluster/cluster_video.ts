/**
 * Video in several processes: one place relays the pictures of a room, and is
 * informed of every camera and view in it.
 *
 * @module
 */
import { endCamera, showCamera, signalCamera } from "../chat/cameras.ts";
import type { Context, MediaPlace, MediaServer } from "../chat/context.ts";
import type { VideoControl } from "../chat/server.ts";
import type { VideoChange } from "../domain/effects.ts";
import type { Session } from "../domain/session.ts";
import type { Gid, Uid } from "../domain/store.ts";
import type { World } from "../domain/world.ts";
import type { Control } from "./control.ts";
import type { Places } from "./places.ts";
import type { CameraVideo, PersonVideo } from "./video_mirror.ts";

export interface ClusterVideoOptions {
  readonly places: Places;
  /** Video server of this process. */
  readonly own: VideoControl;
  readonly media: MediaServer;
  readonly world: World;
  readonly send: (gateway: number, about: Control) => void;
  readonly act: (work: (ctx: Context) => void) => void;
}

export class ClusterVideo implements VideoControl {
  readonly #options: ClusterVideoOptions;
  /** Gateway of each room with video; undefined for this process. */
  readonly #at = new Map<Gid, number | undefined>();
  readonly #changed = new Set<number>();

  constructor(options: ClusterVideoOptions) {
    this.#options = options;
  }

  /** Nonzero when video is enabled; each place has its own port. */
  get port(): number {
    return this.#options.own.port;
  }

  changed(change: VideoChange): void {
    const camera = change.what === "camera ended"
      ? change.camera
      : change.view.camera;
    const gateway = this.#at.get(camera.room.gid);
    if (gateway === undefined) this.#options.own.changed(change);
    else this.#touch(gateway);
  }

  placeFor(gid: Gid, session: Session): MediaPlace | undefined {
    const { places, media } = this.#options;
    const gateway = this.#placeOf(gid);
    // A browser sends its pictures to this process, so the room is relayed
    // here.
    if (gateway !== undefined && session.overWebSocket) {
      this.#at.set(gid, undefined);
      this.#touch(gateway);
      queueMicrotask(() => this.#restart(gid));
    } else if (gateway !== undefined) {
      const address = places.addressOf(gateway, session);
      const port = places.get(gateway)?.info.videoPort ?? null;
      if (address !== undefined && port !== null) {
        this.#touch(gateway);
        return { address, port };
      }
    }
    return media.videoFor(gid, session);
  }

  /** Restarts the cameras of a lost gateway at another one. */
  lost(gateway: number): void {
    for (const [gid, at] of [...this.#at]) {
      if (at !== gateway) continue;
      this.#at.delete(gid);
      this.#restart(gid);
    }
  }

  /** Ends all cameras that gateways still know from an earlier core. */
  forgetAll(): void {
    for (const { gateway } of this.#options.places.all()) this.#touch(gateway);
  }

  firstPicture(uid: Uid): void {
    const { act, world } = this.#options;
    const camera = world.cameras.of(uid);
    if (camera !== undefined) act((ctx) => showCamera(ctx, camera));
  }

  #placeOf(gid: Gid): number | undefined {
    const { places } = this.#options;
    const known = this.#at.get(gid);
    if (this.#at.has(gid)) {
      if (known === undefined || places.get(known) !== undefined) return known;
    }
    const best = this.#leastLoaded();
    this.#at.set(gid, best);
    return best;
  }

  #leastLoaded(): number | undefined {
    const { places, world: { cameras } } = this.#options;
    const load = new Map<number, number>();
    for (const { gateway, info } of places.all()) {
      if (info.videoPort !== null) load.set(gateway, 0);
    }
    for (const { room, views } of cameras.all()) {
      const at = this.#at.get(room.gid);
      if (at !== undefined && load.has(at)) {
        load.set(at, load.get(at)! + 1 + views.size);
      }
    }
    return [...load].sort(([, a], [, b]) => a - b)[0]?.[0];
  }

  /**
   * Tells publishers to send to the new place; viewers request again by
   * themselves.
   */
  #restart(gid: Gid): void {
    const { act, world: { cameras } } = this.#options;
    const here = [...cameras.all()].filter(({ room }) => room.gid === gid);
    act((ctx) => {
      for (const { session, room } of here) {
        endCamera(ctx, session.uid, true);
        signalCamera(ctx, cameras.open(session, room, ctx.now));
      }
    });
  }

  #touch(gateway: number): void {
    if (this.#changed.size === 0) queueMicrotask(() => this.#tell());
    this.#changed.add(gateway);
  }

  #tell(): void {
    const { send, places, world } = this.#options;
    const gateways = [...this.#changed];
    this.#changed.clear();
    const all = [...world.cameras.all()];
    const used = new Set(all.map(({ room }) => room.gid));
    for (const gid of [...this.#at.keys()]) {
      if (!used.has(gid)) this.#at.delete(gid);
    }
    for (const gateway of gateways) {
      if (places.get(gateway) === undefined) continue;
      const cameras = all
        .filter(({ room }) => this.#at.get(room.gid) === gateway)
        .map((camera): CameraVideo => ({
          ...personOf(camera.session),
          gid: camera.room.gid,
          since: camera.since,
          live: camera.live,
          views: [...camera.views.values()].map(({ viewer, since }) => ({
            ...personOf(viewer),
            since,
          })),
        }));
      send(gateway, { kind: "video", cameras });
    }
  }
}

function personOf({ id, uid, address }: Session): PersonVideo {
  return { uid, session: id, address };
}
