/**
 * Webcams: sends the user's own while somebody watches it, and shows those that
 * the user watches.
 *
 * @module
 */
import { WebSocketStream } from "../../lib/client/websocket.ts";
import {
  startPublishVideo,
  stopPublishVideo,
  stopViewVideo,
  viewVideo,
} from "../../lib/protocol/packets/room_video.ts";
import type { Model } from "./model.ts";
import { preferences } from "./preferences.ts";
import type { MediaSession } from "./media_session.ts";
import { socketBase } from "./web_ticket.ts";

const [WIDTH, HEIGHT, QUALITY] = [160, 120, 0.65];
const HEAD_BYTES = 8;
const MOST_BYTES = 50_000;
/** Number of places in the old client's window. */
const MOST_WATCHED = 6;

/** A member's camera that the user watches. */
export interface Watched {
  readonly gid: number;
  /** Object URL of the newest picture; undefined before the first one. */
  readonly address: string | undefined;
}

export class Video {
  /** Watched cameras by uid. */
  readonly watched = new Map<number, Watched>();
  camera: MediaStream | undefined;
  /** Room in which the user's own camera is shown. */
  gid = 0;
  readonly #model: Model;
  readonly #session: MediaSession;
  #stream: Promise<WebSocketStream> | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #element: HTMLVideoElement | undefined;
  #sending = false;

  constructor(model: Model, session: MediaSession) {
    this.#model = model;
    this.#session = session;
  }

  static get isPossible(): boolean {
    return globalThis.isSecureContext === true &&
      navigator.mediaDevices !== undefined;
  }

  /**
   * Opens the camera and asks the server to show it. Rejects with a sentence
   * for the user.
   */
  async start(gid: number): Promise<void> {
    this.stop();
    await this.#openCamera();
    this.gid = gid;
    this.#session.send(startPublishVideo, { gid });
    this.#model.changed();
  }

  stop(): void {
    if (this.camera === undefined) return;
    this.#session.send(stopPublishVideo, { gid: this.gid });
    this.#closeCamera();
    this.#model.changed();
  }

  /** Switches to the camera in the preferences. */
  async changeCamera(): Promise<void> {
    if (this.camera === undefined) return;
    for (const track of this.camera.getTracks()) track.stop();
    await this.#openCamera().catch((error) => {
      this.stop();
      this.#model.notice(error.message);
    });
  }

  changeRate(): void {
    if (this.#timer === undefined) return;
    this.pause();
    this.publish();
  }

  watch(gid: number, uid: number): void {
    if (this.watched.has(uid)) return;
    if (this.watched.size >= MOST_WATCHED) {
      this.#model.notice(`You can watch ${MOST_WATCHED} cameras at a time.`);
      return;
    }
    this.watched.set(uid, { gid, address: undefined });
    this.#session.send(viewVideo, { gid, uid });
  }

  unwatch(uid: number): void {
    const one = this.watched.get(uid);
    if (one === undefined) return;
    this.#session.send(stopViewVideo, { gid: one.gid, uid });
    this.cameraOff(uid);
  }

  /** Handles the user leaving this room. */
  leave(gid: number): void {
    if (this.gid === gid) this.#closeCamera();
    for (const [uid, one] of [...this.watched]) {
      if (one.gid === gid) this.cameraOff(uid);
    }
  }

  /** Stops all cameras after the connection was lost. */
  close(): void {
    this.#closeCamera();
    for (const uid of [...this.watched.keys()]) this.cameraOff(uid);
    const stream = this.#stream;
    this.#stream = undefined;
    void stream?.then((open) => open.close(), () => {});
  }

  // ---- called by packets ----

  /**
   * Starts sending, because somebody watches or the first picture is needed.
   */
  publish(): void {
    if (this.camera === undefined || this.#timer !== undefined) return;
    this.#timer = setInterval(
      () => void this.#send(),
      1000 / preferences().picturesPerSecond,
    );
  }

  /** Stops sending, because nobody watches. */
  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Handles a granted view. */
  granted(uid: number): void {
    void this.#open().then((stream) => stream.write(head(uid, 0))).catch(() => {
      this.cameraOff(uid);
      this.#model.notice("The camera cannot be shown: no connection.");
    });
  }

  /** Handles a refusal, which does not name the member. */
  refused(what: "publish" | "watch"): void {
    if (what === "publish") this.#closeCamera();
    else {
      for (const [uid, { address }] of [...this.watched]) {
        if (address === undefined) this.watched.delete(uid);
      }
    }
  }

  /** Handles the end of a view. */
  cameraOff(uid: number): void {
    const address = this.watched.get(uid)?.address;
    if (address !== undefined) URL.revokeObjectURL(address);
    this.watched.delete(uid);
    this.#model.changed();
  }

  async #openCamera(): Promise<void> {
    const { camera } = preferences();
    try {
      this.camera = await navigator.mediaDevices.getUserMedia({
        video: {
          width: WIDTH,
          height: HEIGHT,
          frameRate: 15,
          // Falls back to another camera when this one is not connected.
          ...(camera !== "" && { deviceId: { ideal: camera } }),
        },
      });
    } catch (error) {
      throw new Error(`The camera does not work: ${(error as Error).message}`);
    }
    this.#element = document.createElement("video");
    this.#element.muted = true;
    this.#element.srcObject = this.camera;
    await this.#element.play();
  }

  #closeCamera(): void {
    this.pause();
    for (const track of this.camera?.getTracks() ?? []) track.stop();
    this.camera = undefined;
    this.#element = undefined;
    this.gid = 0;
  }

  async #send(): Promise<void> {
    if (this.#sending || this.#element === undefined) return;
    this.#sending = true;
    try {
      const jpeg = await picture(this.#element);
      if (jpeg === undefined || this.#timer === undefined) return;
      const whole = new Uint8Array(HEAD_BYTES + jpeg.length);
      whole.set(head(this.#model.me.uid, jpeg.length));
      whole.set(jpeg, HEAD_BYTES);
      const stream = await this.#open();
      for (let at = 0; at < whole.length;) {
        at += await stream.write(whole.subarray(at));
      }
    } catch {
      this.#stream = undefined;
    } finally {
      this.#sending = false;
    }
  }

  #open(): Promise<WebSocketStream> {
    this.#stream ??= (async () => {
      const ticket = await this.#session.ticket("video");
      const stream = await WebSocketStream.open(
        `${socketBase()}/ws/video`,
        ticket,
      );
      void this.#read(stream);
      return stream;
    })();
    this.#stream.catch(() => {
      this.#stream = undefined;
    });
    return this.#stream;
  }

  async #read(stream: WebSocketStream): Promise<void> {
    const chunk = new Uint8Array(16_384);
    let held = new Uint8Array();
    for (let n; (n = await stream.read(chunk)) !== null;) {
      const joined = new Uint8Array(held.length + n);
      joined.set(held);
      joined.set(chunk.subarray(0, n), held.length);
      held = this.#take(joined);
    }
    this.#stream = undefined;
  }

  /** Shows every complete picture. Returns the remaining bytes. */
  #take(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const view = new DataView(bytes.buffer);
    let at = 0;
    while (bytes.length - at >= HEAD_BYTES) {
      const [uid, size] = [view.getUint32(at), view.getUint32(at + 4)];
      if (bytes.length - at - HEAD_BYTES < size) break;
      const jpeg = bytes.slice(at + HEAD_BYTES, at + HEAD_BYTES + size);
      at += HEAD_BYTES + size;
      this.#show(uid, jpeg);
    }
    return bytes.slice(at);
  }

  #show(uid: number, jpeg: Uint8Array<ArrayBuffer>): void {
    const one = this.watched.get(uid);
    // The view was closed in the meantime.
    if (one === undefined) return;
    const blob = new Blob([jpeg], { type: "image/jpeg" });
    this.watched.set(uid, { ...one, address: URL.createObjectURL(blob) });
    if (one.address !== undefined) URL.revokeObjectURL(one.address);
    this.#model.changed();
  }
}

/** Returns the camera's current picture; undefined if it cannot be sent. */
async function picture(
  camera: HTMLVideoElement,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  canvas.getContext("2d")!.drawImage(camera, 0, 0, WIDTH, HEIGHT);
  const blob = await new Promise<Blob | null>((resolve) =>
    canvas.toBlob(resolve, "image/jpeg", QUALITY)
  );
  return blob === null || blob.size > MOST_BYTES
    ? undefined
    : new Uint8Array(await blob.arrayBuffer());
}

function head(uid: number, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, uid);
  view.setUint32(4, size);
  return bytes;
}
