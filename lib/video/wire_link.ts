/**
 * Pictures of a session that is authenticated already, over one wire that
 * lasts: what `/ws/video` carries (docs/browser.md).
 *
 * Both ways the wire is a stream of u32 uid, u32 size and a JPEG of that size.
 * The client sends pictures under its own uid; with size 0 it asks for those
 * of `uid`, once VIDEO_VIEW_FROM has granted the view.
 *
 * @module
 */
import type { Session } from "../domain/session.ts";
import type { Uid } from "../domain/store.ts";
import type { Wire } from "../net/wire.ts";
import { MAX_PICTURE_BYTES } from "../protocol/video_port.ts";
import type { VideoRelay } from "./relay.ts";

export const PICTURE_HEAD_BYTES = 8;
const READ_BYTES = 16_384;
/** More than a user may watch; older ones have ended. */
const MOST_WATCHED = 32;

/** Returns the head that goes before a picture of `uid`. */
export function encodePictureHead(
  uid: Uid,
  size: number,
): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(PICTURE_HEAD_BYTES);
  const view = new DataView(head.buffer);
  view.setUint32(0, uid);
  view.setUint32(4, size);
  return head;
}

export class VideoWireLink {
  readonly #wire: Wire;
  readonly #session: Session;
  readonly #relay: VideoRelay;
  readonly #watched = new Map<Uid, () => void>();
  #writing: Promise<void> = Promise.resolve();

  constructor(wire: Wire, session: Session, relay: VideoRelay) {
    this.#wire = wire;
    this.#session = session;
    this.#relay = relay;
  }

  /** Serves the wire until its end. Never rejects. */
  async run(): Promise<void> {
    try {
      await this.#read();
    } catch {
      // Closed by the client, or with the chat session.
    }
    for (const stop of this.#watched.values()) stop();
    try {
      this.#wire.close();
    } catch {
      // Closed already.
    }
  }

  async #read(): Promise<void> {
    const chunk = new Uint8Array(READ_BYTES);
    const held = new Uint8Array(PICTURE_HEAD_BYTES + MAX_PICTURE_BYTES);
    let have = 0;
    for (let n; (n = await this.#wire.read(chunk)) !== null;) {
      for (let at = 0; at < n;) {
        const part = Math.min(n - at, held.length - have);
        held.set(chunk.subarray(at, at + part), have);
        have += part;
        at += part;
        const used = this.#take(held.subarray(0, have));
        if (used === undefined) return;
        held.copyWithin(0, used, have);
        have -= used;
      }
    }
  }

  /** Takes every complete frame; undefined for invalid data. */
  #take(bytes: Uint8Array): number | undefined {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    while (bytes.length - at >= PICTURE_HEAD_BYTES) {
      const [uid, size] = [view.getUint32(at), view.getUint32(at + 4)];
      if (size > MAX_PICTURE_BYTES) return undefined;
      const end = at + PICTURE_HEAD_BYTES + size;
      if (end > bytes.length) break;
      if (size === 0) this.#watch(uid);
      else if (uid !== this.#session.uid) return undefined;
      else {
        const jpeg = bytes.slice(at + PICTURE_HEAD_BYTES, end);
        this.#relay.publish(this.#session, jpeg);
      }
      at = end;
    }
    return at;
  }

  #watch(uid: Uid): void {
    this.#watched.get(uid)?.();
    this.#watched.delete(uid);
    if (this.#watched.size >= MOST_WATCHED) return;
    const stop = this.#relay.watch(
      this.#session,
      uid,
      (jpeg) => this.#send(uid, jpeg),
    );
    if (stop !== undefined) this.#watched.set(uid, stop);
  }

  /** Resolves when the picture is with the operating system. */
  #send(uid: Uid, jpeg: Uint8Array): Promise<void> {
    const done = this.#writing.then(async () => {
      await this.#write(encodePictureHead(uid, jpeg.length));
      await this.#write(jpeg);
    });
    this.#writing = done.catch(() => {});
    return done;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await this.#wire.write(bytes.subarray(at));
    }
  }
}
