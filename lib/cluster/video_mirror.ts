/**
 * The cameras and views that a gateway relays, as reported by the core.
 *
 * @module
 */
import { type Camera, Cameras } from "../domain/cameras.ts";
import type { VideoChange } from "../domain/effects.ts";
import type { Room } from "../domain/room.ts";
import { Session } from "../domain/session.ts";
import type { Account, Gid, Uid } from "../domain/store.ts";

export interface PersonVideo {
  readonly uid: Uid;
  readonly session: number;
  readonly address: string;
}

export interface CameraVideo extends PersonVideo {
  readonly gid: Gid;
  readonly since: number;
  readonly live: boolean;
  readonly views: readonly (PersonVideo & { readonly since: number })[];
}

export class VideoMirror {
  readonly cameras = new Cameras();
  readonly #changed: (change: VideoChange) => void;

  /** @param changed called with everything that has ended */
  constructor(changed: (change: VideoChange) => void) {
    this.#changed = changed;
  }

  /** Applies the complete current list. */
  update(wanted: readonly CameraVideo[]): void {
    const { cameras } = this;
    const byUid = new Map(wanted.map((one) => [one.uid, one]));
    for (const camera of [...cameras.all()]) {
      const one = byUid.get(camera.uid);
      if (one !== undefined && isSame(camera, one)) continue;
      cameras.close(camera.uid, 0);
      this.#changed({ what: "camera ended", camera });
    }
    for (const one of wanted) {
      const camera = cameras.of(one.uid) ??
        cameras.open(sessionOf(one), { gid: one.gid } as Room, one.since);
      camera.live = one.live;
      this.#updateViews(camera, one);
    }
  }

  #updateViews(camera: Camera, { views }: CameraVideo): void {
    const { cameras } = this;
    const wanted = new Map(views.map((view) => [view.uid, view]));
    for (const view of [...camera.views.values()]) {
      const { uid, id } = view.viewer;
      const one = wanted.get(uid);
      if (one?.session === id && one.since === view.since) {
        wanted.delete(uid);
        continue;
      }
      cameras.unwatch(uid, camera.uid);
      this.#changed({ what: "view ended", view });
    }
    for (const one of wanted.values()) {
      cameras.watch(sessionOf(one), camera, one.since);
    }
  }
}

function isSame({ session, room, since }: Camera, one: CameraVideo): boolean {
  return session.id === one.session && room.gid === one.gid &&
    since === one.since;
}

/** Returns the part of a session that the relay uses. */
function sessionOf({ uid, session: id, address }: PersonVideo): Session {
  const session = new Session(id, address, "", 0);
  session.account = { uid, nickname: "", role: "user" } as Account;
  return session;
}
