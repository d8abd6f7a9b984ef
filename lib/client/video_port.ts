/**
 * A client's webcam and the pictures it watches
 * (docs/protocol.md, "Room video").
 *
 * @module
 */
import type { Frame } from "../protocol/frame.ts";
import { Malformed, type Packet } from "../protocol/layout.ts";
import {
  CAMERA,
  roomVideo,
  startPublishVideo,
  stopPublishVideo,
  stopViewVideo,
  videoPublishTo,
  videoViewFrom,
  viewVideo,
} from "../protocol/packets/room_video.ts";
import { feedback } from "../protocol/packets/signon.ts";
import { encodeCounter } from "../protocol/video_port.ts";
import { makePicture } from "../video/sample_picture.ts";
import type { Line } from "./line.ts";
import { pause } from "./pause.ts";
import { Refused } from "./rooms.ts";
import { type OpenVideo, pushPicture, sayHello } from "./video_link.ts";
import {
  type Closing,
  FAILURE_PAUSE_MS,
  FIRST_COUNTER,
  MOST_FAILURES,
  VideoView,
} from "./video_view.ts";

/**
 * Milliseconds between pictures; the real client sends and requests six a
 * second.
 */
const PICTURE_MS = 167;
const FETCH_MS = 150;

export interface PublishOptions {
  /** Makes the next picture. */
  readonly picture?: (number: number) => Uint8Array;
  readonly intervalMs?: number;
}

export interface WatchOptions {
  readonly intervalMs?: number;
  readonly failurePauseMs?: number;
  /** False: only the newest picture is kept. */
  readonly keepsAll?: boolean;
}

interface Publishing extends Required<PublishOptions> {
  readonly gid: number;
}

export class VideoPort {
  /** Number of pictures that the server accepted. */
  sent = 0;
  readonly failures: unknown[] = [];
  readonly #client: Line;
  readonly #views = new Map<number, VideoView>();
  #publishing: Publishing | undefined;
  /** Continues across pauses, stops and hellos, like the real client's. */
  #counter = FIRST_COUNTER;
  /** Running send loops; a correct server never starts two. */
  readonly #loops = new Set<symbol>();

  constructor(client: Line) {
    this.#client = client;
  }

  /** Whether pictures are being sent. */
  get isSending(): boolean {
    return this.#loops.size > 0;
  }

  /**
   * Starts publishing. Resolves when the server has sent the address for the
   * pictures.
   *
   * @throws Refused
   */
  async publish(gid: number, options: PublishOptions = {}): Promise<void> {
    const { uid } = this.#client;
    this.#publishing = {
      gid,
      picture: (number) => makePicture({ mark: `${uid} ${number}` }),
      intervalMs: PICTURE_MS,
      ...options,
    };
    await this.#client.send(startPublishVideo, { gid });
    await this.#answer(startPublishVideo, videoPublishTo, () => true);
  }

  /** Stops publishing. */
  async stop(): Promise<void> {
    const gid = this.#publishing?.gid;
    this.#publishing = undefined;
    this.#loops.clear();
    if (gid === undefined) return;
    this.#client.strictness.stoppedPublishing();
    await this.#client.send(stopPublishVideo, { gid });
  }

  /**
   * Opens a member's picture in a slot. Resolves when the server has sent the
   * address of the pictures.
   *
   * @throws Refused also when that member has no picture
   */
  async watch(
    gid: number,
    publisher: number,
    options: WatchOptions = {},
  ): Promise<VideoView> {
    const client = this.#client;
    const off = (frame: Frame) => {
      const icon = read(roomVideo, frame);
      return icon?.uid === publisher && icon.state === CAMERA.off;
    };
    // Frames that arrived before the request are not answers to it.
    while (client.connection.inbox.take(off) !== undefined);
    await client.send(viewVideo, { uid: publisher, gid });
    const { address, videoPort } = await this.#answer(
      viewVideo,
      videoViewFrom,
      (from) => from.uid === publisher,
      off,
    );
    this.#views.get(publisher)?.close("by the viewer");
    const view = new VideoView({
      publisher,
      viewer: client.uid,
      open: this.#opener(address, videoPort),
      intervalMs: FETCH_MS,
      failurePauseMs: FAILURE_PAUSE_MS,
      keepsAll: true,
      ...options,
      onFailed: () => {
        this.#views.delete(publisher);
        client.send(stopViewVideo, { uid: publisher, gid }).catch(() => {});
      },
    });
    this.#views.set(publisher, view);
    return view;
  }

  /** Closes a slot. */
  async unwatch(gid: number, publisher: number): Promise<void> {
    this.#views.get(publisher)?.close("by the viewer");
    this.#views.delete(publisher);
    await this.#client.send(stopViewVideo, { uid: publisher, gid });
  }

  /** Handles VIDEO_PUBLISH_TO: sends from now on, if the camera is on. */
  sendTo(gid: number, address: string, port: number): void {
    const publishing = this.#publishing;
    if (publishing?.gid !== gid) return;
    const loop = Symbol("loop");
    this.#loops.add(loop);
    void this.#send(loop, publishing, this.#opener(address, port))
      .finally(() => this.#loops.delete(loop));
  }

  /** Handles VIDEO_PAUSE. */
  pause(): void {
    this.#loops.clear();
  }

  /** Handles ROOM_VIDEO with 0, which closes the view of that member. */
  cameraOff(uid: number): void {
    this.#close(uid, "by the server");
  }

  /**
   * Called when the window of a room closes: the client stops its own picture
   * before it leaves, and its views afterwards, using sixteen bits of the
   * room's number.
   */
  async leaving(gid: number): Promise<void> {
    if (this.#publishing?.gid === gid) await this.stop();
  }

  async left(gid: number): Promise<void> {
    for (const uid of [...this.#views.keys()]) {
      this.#close(uid, "by the viewer");
      await this.#client.send(stopViewVideo, { uid, gid: gid | 0xffff_0000 });
    }
  }

  /** Resets the state after the connection was lost. */
  reset(): void {
    this.#publishing = undefined;
    this.#loops.clear();
    for (const uid of [...this.#views.keys()]) {
      this.#close(uid, "by the viewer");
    }
  }

  #close(uid: number, why: Closing): void {
    this.#views.get(uid)?.close(why);
    this.#views.delete(uid);
  }

  #opener(host: string, port: number): OpenVideo {
    const { transport } = this.#client.options;
    return () => {
      if (transport.video === undefined) throw new Error("no video here");
      return transport.video({ host, port });
    };
  }

  async #send(
    loop: symbol,
    { gid, picture, intervalMs }: Publishing,
    open: OpenVideo,
  ): Promise<void> {
    const { uid } = this.#client;
    let offset: number;
    try {
      offset = await sayHello(open, { kind: "publisher hello", uid });
    } catch (error) {
      // The real client then sends nothing more, and does not tell the user.
      this.failures.push(error);
      return;
    }
    let failed = 0;
    while (this.#loops.has(loop)) {
      const number = this.#counter++;
      try {
        const digits = encodeCounter(number, offset);
        await pushPicture(open, uid, digits, picture(number));
        this.sent++;
        failed = 0;
      } catch (error) {
        this.failures.push(error);
        if (++failed >= MOST_FAILURES && this.#publishing?.gid === gid) {
          // The connection may be closed as well.
          return await this.stop().catch(() => {});
        }
      }
      await pause(intervalMs);
    }
  }

  /** Waits for the answer to a request, or for its refusal. */
  async #answer<T>(
    request: { readonly type: number },
    packet: Packet<T>,
    wants: (value: T) => boolean,
    isRefusal: (frame: Frame) => boolean = () => false,
  ): Promise<T> {
    const refused = (frame: Frame) => {
      const answer = read(feedback, frame);
      return answer?.to === request.type ? answer.text : undefined;
    };
    const frame = await this.#client.next((frame) => {
      const value = read(packet, frame);
      return (value !== undefined && wants(value)) || isRefusal(frame) ||
        refused(frame) !== undefined;
    });
    const value = read(packet, frame);
    if (value !== undefined) return value;
    throw new Refused(refused(frame) ?? "no picture is shown");
  }
}

function read<T>(packet: Packet<T>, frame: Frame): T | undefined {
  if (frame.type !== packet.type) return undefined;
  const value = packet.parse(frame.payload);
  return value instanceof Malformed ? undefined : value;
}
