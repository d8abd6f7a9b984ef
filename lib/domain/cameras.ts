/**
 * Webcams in rooms: who publishes, who watches whom, and when a publisher must
 * send or pause (docs/protocol.md, "Room video").
 *
 * Pure: time is an argument. The pictures themselves are in lib/video.
 *
 * @module
 */
import { sameHostKey } from "../net/addresses.ts";
import type { Room } from "./room.ts";
import type { Session } from "./session.ts";
import type { Millis, Uid } from "./store.ts";

/**
 * A client notices a pause after up to two seconds. A request to send again
 * before that would make it send twice as much from then on.
 */
export const PAUSE_MS = 2500;

/** One member's picture in one room. */
export class Camera {
  readonly views = new Map<Uid, View>();
  /** The first picture has arrived: members see the icon and may watch. */
  live = false;
  /** The last signal sent to the client. */
  sending = false;

  constructor(
    readonly session: Session,
    readonly room: Room,
    readonly since: Millis,
  ) {}

  get uid(): Uid {
    return this.session.uid;
  }

  /**
   * A client without a camera asks to publish too, so one picture must arrive
   * first.
   */
  get isWanted(): boolean {
    return !this.live || this.views.size > 0;
  }
}

/** The permission of one viewer to fetch the pictures of one camera. */
export interface View {
  readonly viewer: Session;
  readonly camera: Camera;
  readonly since: Millis;
}

/** A signal for the client of a camera. */
export type Signal = "send" | "pause";

/** The number of cameras and views of one host. */
export interface HostLoad {
  readonly cameras: number;
  readonly views: number;
}

export class Cameras {
  readonly #cameras = new Map<Uid, Camera>();
  readonly #views = new Map<Uid, Map<Uid, View>>();
  /** Keyed by the host from which the sessions come. */
  readonly #hosts = new Map<string, { cameras: number; views: number }>();
  /**
   * When each client was told to pause or stopped by itself, oldest first.
   * Keyed by user, because a client that reconnects is the same program.
   */
  readonly #stoppedAt = new Map<Uid, Millis>();
  /** Users whose picture was stopped by staff, and until when. */
  readonly #barred = new Map<Uid, Millis>();

  get size(): number {
    return this.#cameras.size;
  }

  /** The number of views of all cameras. */
  get viewCount(): number {
    let count = 0;
    for (const views of this.#views.values()) count += views.size;
    return count;
  }

  all(): Iterable<Camera> {
    return this.#cameras.values();
  }

  of(uid: Uid): Camera | undefined {
    return this.#cameras.get(uid);
  }

  /** Returns the views of `viewer`. */
  viewsOf(viewer: Uid): readonly View[] {
    return [...this.#views.get(viewer)?.values() ?? []];
  }

  view(viewer: Uid, publisher: Uid): View | undefined {
    return this.#views.get(viewer)?.get(publisher);
  }

  /**
   * Returns what this host publishes and watches; undefined when it does
   * neither.
   */
  atHost(key: string): HostLoad | undefined {
    return this.#hosts.get(key);
  }

  /** Returns the room in which a user publishes or watches, if any. */
  roomOf(uid: Uid): Room | undefined {
    const camera = this.#cameras.get(uid);
    if (camera !== undefined) return camera.room;
    for (const view of this.#views.get(uid)?.values() ?? []) {
      return view.camera.room;
    }
    return undefined;
  }

  /** Opens a camera; the user must not have one already. */
  open(session: Session, room: Room, now: Millis): Camera {
    const camera = new Camera(session, room, now);
    this.#cameras.set(session.uid, camera);
    this.#count(session, "cameras", 1);
    return camera;
  }

  /** Ends a camera and all views of it. */
  close(uid: Uid, now: Millis): Camera | undefined {
    const camera = this.#cameras.get(uid);
    if (camera === undefined) return undefined;
    this.#cameras.delete(uid);
    this.#count(camera.session, "cameras", -1);
    if (camera.sending) this.#stopped(uid, now);
    for (const viewer of camera.views.keys()) this.#forget(viewer, uid);
    return camera;
  }

  /**
   * Opens a view of a camera; it replaces an earlier one of the same viewer.
   */
  watch(viewer: Session, camera: Camera, now: Millis): View {
    this.unwatch(viewer.uid, camera.uid);
    const view = { viewer, camera, since: now };
    this.#count(viewer, "views", 1);
    camera.views.set(viewer.uid, view);
    let views = this.#views.get(viewer.uid);
    if (views === undefined) this.#views.set(viewer.uid, views = new Map());
    views.set(camera.uid, view);
    return view;
  }

  unwatch(viewer: Uid, publisher: Uid): View | undefined {
    const view = this.view(viewer, publisher);
    if (view === undefined) return undefined;
    view.camera.views.delete(viewer);
    this.#forget(viewer, publisher);
    return view;
  }

  /**
   * Returns the signal to send to the client of this camera, and records it as
   * sent. A resumption waits until the client has noticed the pause.
   */
  signal(camera: Camera, now: Millis): Signal | undefined {
    if (camera.isWanted === camera.sending) return undefined;
    if (camera.sending) {
      camera.sending = false;
      this.#stopped(camera.uid, now);
      return "pause";
    }
    const stoppedAt = this.#stoppedAt.get(camera.uid) ?? -Infinity;
    if (now - stoppedAt < PAUSE_MS) return undefined;
    camera.sending = true;
    return "send";
  }

  /** Keeps a user from publishing until that time. */
  bar(uid: Uid, until: Millis): void {
    this.#barred.set(uid, until);
  }

  /** Returns false when the user was not barred. */
  unbar(uid: Uid, now: Millis): boolean {
    const barred = this.isBarred(uid, now);
    this.#barred.delete(uid);
    return barred;
  }

  isBarred(uid: Uid, now: Millis): boolean {
    const until = this.#barred.get(uid);
    if (until === undefined) return false;
    if (now < until) return true;
    this.#barred.delete(uid);
    return false;
  }

  #stopped(uid: Uid, now: Millis): void {
    this.#stoppedAt.delete(uid);
    this.#stoppedAt.set(uid, now);
    for (const [uid, at] of this.#stoppedAt) {
      if (now - at < PAUSE_MS) break;
      this.#stoppedAt.delete(uid);
    }
  }

  #forget(viewer: Uid, publisher: Uid): void {
    const views = this.#views.get(viewer);
    const view = views?.get(publisher);
    if (views === undefined || view === undefined) return;
    this.#count(view.viewer, "views", -1);
    views.delete(publisher);
    if (views.size === 0) this.#views.delete(viewer);
  }

  #count({ address }: Session, what: keyof HostLoad, change: number): void {
    const key = sameHostKey(address);
    const load = this.#hosts.get(key) ?? { cameras: 0, views: 0 };
    load[what] += change;
    if (load.cameras + load.views === 0) this.#hosts.delete(key);
    else this.#hosts.set(key, load);
  }
}

/** Returns whether neither of the two has blocked the other. */
export function maySee(viewer: Session, publisher: Session): boolean {
  return !viewer.blocks.has(publisher.uid) &&
    !publisher.blocks.has(viewer.uid);
}
