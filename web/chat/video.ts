/**
 * Webcams: the user's own, six pictures a second while somebody watches, and
 * those that the user watches.
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
import { type Session, socketBase } from "./session.ts";

const [WIDTH, HEIGHT, QUALITY] = [160, 120, 0.65];
const PICTURES_PER_SECOND = 6;
const HEAD_BYTES = 8;
const MOST_BYTES = 50_000;

export class Video {
  /** Addresses of the newest picture of each watched member. */
  readonly pictures = new Map<number, string>();
  /** The room whose members are shown; the user's own camera is there too. */
  gid = 0;
  camera: MediaStream | undefined;
  readonly #model: Model;
  readonly #session: Session;
  #stream: Promise<WebSocketStream> | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #element: HTMLVideoElement | undefined;
  #sending = false;

  constructor(model: Model, session: Session) {
    this.#model = model;
    this.#session = session;
  }

  static get isPossible(): boolean {
    return globalThis.isSecureContext === true &&
      navigator.mediaDevices !== undefined;
  }

  /** Opens the camera and asks to show it. Rejects with a sentence. */
  async start(gid: number): Promise<void> {
    try {
      this.camera = await navigator.mediaDevices.getUserMedia({
        video: { width: WIDTH, height: HEIGHT, frameRate: 15 },
      });
    } catch (error) {
      throw new Error(`The camera does not work: ${(error as Error).message}`);
    }
    this.#element = document.createElement("video");
    this.#element.muted = true;
    this.#element.srcObject = this.camera;
    await this.#element.play();
    this.gid = gid;
    this.#session.send(startPublishVideo, { gid });
    this.#model.changed();
  }

  stop(): void {
    if (this.camera === undefined) return;
    this.pause();
    for (const track of this.camera.getTracks()) track.stop();
    this.camera = undefined;
    this.#session.send(stopPublishVideo, { gid: this.gid });
    this.#model.changed();
  }

  watch(gid: number, uid: number): void {
    this.gid = gid;
    this.#session.send(viewVideo, { gid, uid });
  }

  unwatch(uid: number): void {
    this.#session.send(stopViewVideo, { gid: this.gid, uid });
    this.#forget(uid);
  }

  /** The room is left, or the connection lost: nothing is shown any more. */
  close(): void {
    this.pause();
    for (const track of this.camera?.getTracks() ?? []) track.stop();
    this.camera = undefined;
    for (const uid of [...this.pictures.keys()]) this.#forget(uid);
    const stream = this.#stream;
    this.#stream = undefined;
    void stream?.then((open) => open.close(), () => {});
  }

  // ---- what the server says ----

  /** Somebody watches, or the first picture is wanted. */
  publish(): void {
    if (this.camera === undefined || this.#timer !== undefined) return;
    this.#timer = setInterval(
      () => void this.#send(),
      1000 / PICTURES_PER_SECOND,
    );
  }

  /** Nobody watches. */
  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** A view was granted. */
  granted(uid: number): void {
    void this.#open().then((stream) => stream.write(head(uid, 0)));
  }

  cameraOff(uid: number): void {
    this.#forget(uid);
  }

  #forget(uid: number): void {
    const address = this.pictures.get(uid);
    if (address === undefined) return;
    URL.revokeObjectURL(address);
    this.pictures.delete(uid);
    this.#model.changed();
  }

  async #send(): Promise<void> {
    if (this.#sending || this.#element === undefined) return;
    this.#sending = true;
    try {
      const canvas = document.createElement("canvas");
      canvas.width = WIDTH;
      canvas.height = HEIGHT;
      canvas.getContext("2d")!.drawImage(this.#element, 0, 0, WIDTH, HEIGHT);
      const blob = await new Promise<Blob | null>((resolve) =>
        canvas.toBlob(resolve, "image/jpeg", QUALITY)
      );
      if (blob === null || blob.size > MOST_BYTES) return;
      const jpeg = new Uint8Array(await blob.arrayBuffer());
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

  /** Shows every whole picture; returns what is left. */
  #take(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const view = new DataView(bytes.buffer);
    let at = 0;
    while (bytes.length - at >= HEAD_BYTES) {
      const [uid, size] = [view.getUint32(at), view.getUint32(at + 4)];
      if (bytes.length - at - HEAD_BYTES < size) break;
      const jpeg = bytes.slice(at + HEAD_BYTES, at + HEAD_BYTES + size);
      at += HEAD_BYTES + size;
      const before = this.pictures.get(uid);
      const blob = new Blob([jpeg], { type: "image/jpeg" });
      this.pictures.set(uid, URL.createObjectURL(blob));
      if (before !== undefined) URL.revokeObjectURL(before);
      this.#model.changed();
    }
    return bytes.slice(at);
  }
}

function head(uid: number, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, uid);
  view.setUint32(4, size);
  return bytes;
}
