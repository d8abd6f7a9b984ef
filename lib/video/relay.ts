/**
 * Keeps the newest picture of each publisher and passes it to permitted viewers
 * (docs/protocol.md, "Room video"). It knows no sockets: both the video port
 * and WebSockets use it.
 *
 * @module
 */
import type { Camera, Cameras, View } from "../domain/cameras.ts";
import type { VideoChange } from "../domain/effects.ts";
import type { Session } from "../domain/session.ts";
import type { Uid } from "../domain/store.ts";
import { isSameHost } from "../net/addresses.ts";
import { liveRate, TokenBucket } from "../net/rates.ts";
import { VideoCounters, type VideoRefusal } from "./counters.ts";
import { Credentials } from "./credentials.ts";
import type { VideoLimits } from "./limits.ts";
import { isPicture, type Picture, PLACEHOLDER, toPicture } from "./picture.ts";

/** Delivers one picture to a waiting viewer. */
export type Deliver = (picture: Picture) => void;

/** A viewer that waits for a picture. */
interface Waiting {
  readonly seat: Seat;
  readonly since: number;
  readonly deliver: Deliver;
}

/** Burst size, in seconds of the permitted rate. */
const BURST_SECONDS = 1;

/** The relay's state of a camera. */
class Source {
  readonly credentials = new Credentials();
  readonly rate: TokenBucket;
  newest: Picture | undefined;
  bytes = 0;
  readonly waiting = new Set<Waiting>();

  constructor(bytesPerSecond: () => number) {
    this.rate = new TokenBucket(liveRate(bytesPerSecond, BURST_SECONDS));
  }
}

/** The relay's state of a view. */
class Seat {
  readonly credentials = new Credentials();
  /** Sequence number of the newest picture that the viewer has received. */
  seen = 0;
  waiting: Waiting | undefined;

  constructor(readonly source: Source) {}
}

export interface VideoRelayOptions {
  readonly cameras: Cameras;
  readonly limits: VideoLimits;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
  /** At least 0, less than 1; must not be guessed. */
  readonly random: () => number;
  /** Called when the first valid picture of a camera has arrived. */
  readonly onFirstPicture: (camera: Camera) => void;
}

export class VideoRelay {
  readonly counters = new VideoCounters();
  readonly #options: VideoRelayOptions;
  readonly #sources = new WeakMap<Camera, Source>();
  readonly #seats = new WeakMap<View, Seat>();
  /** Oldest first. */
  readonly #waiting = new Set<Waiting>();
  /**
   * Viewers whose picture is available but whose byte rate is used up, in turn.
   */
  readonly #queue = new Set<Waiting>();
  readonly #outgoing: TokenBucket;

  constructor(options: VideoRelayOptions) {
    this.#options = options;
    const { limits } = options;
    this.#outgoing = new TokenBucket(
      liveRate(() => limits.bytesPerSecond, BURST_SECONDS),
    );
  }

  /** Viewers that wait for a picture. */
  get held(): number {
    return this.#waiting.size;
  }

  /** Returns what has been received from a camera so far. */
  received(camera: Camera): { pictures: number; bytes: number } {
    const source = this.#sources.get(camera);
    return {
      pictures: source?.newest?.sequence ?? 0,
      bytes: source?.bytes ?? 0,
    };
  }

  /**
   * Returns the offset for a publisher's hello; undefined for an unknown
   * publisher.
   */
  publisherHello(uid: Uid, address: string): number | undefined {
    const camera = this.#cameraAt(uid, address);
    if (camera === undefined) return undefined;
    return this.#source(camera).credentials.hello(this.#options.random);
  }

  /**
   * Returns the offset for a viewer's hello; undefined without a granted view.
   */
  viewerHello(publisher: Uid, viewer: Uid, address: string) {
    const view = this.#viewAt(publisher, viewer, address);
    if (view === undefined) return undefined;
    return this.#seat(view).credentials.hello(this.#options.random);
  }

  /**
   * Returns whether a picture may be sent; its bytes are checked when they have
   * arrived. Uses up the counter.
   */
  mayPublish(
    uid: Uid,
    address: string,
    digits: string,
  ): Camera | VideoRefusal {
    const camera = this.#cameraAt(uid, address);
    if (camera === undefined) return "not a member with video";
    const { credentials } = this.#source(camera);
    return credentials.accept(digits) ? camera : "wrong digits";
  }

  /** Accepts a picture; the bytes are kept and must not change any more. */
  take(camera: Camera, jpeg: Uint8Array): VideoRefusal | undefined {
    const { cameras, clock, onFirstPicture } = this.#options;
    // The camera ended while its picture was arriving.
    if (cameras.of(camera.uid) !== camera) return "not a member with video";
    const source = this.#source(camera);
    const now = clock();
    if (!source.rate.takeIfAny(now, jpeg.length)) return "too many bytes";
    if (!isPicture(jpeg)) return "not a sound picture";
    this.counters.picturesIn++;
    this.counters.bytesIn += jpeg.length;
    source.bytes += jpeg.length;
    const sequence = (source.newest?.sequence ?? 0) + 1;
    source.newest = toPicture(jpeg, sequence);
    for (const waiting of source.waiting) {
      if (this.#queue.has(waiting)) this.counters.picturesSkipped++;
      else this.#serve(waiting, now);
    }
    if (!camera.live) onFirstPicture(camera);
    return undefined;
  }

  /**
   * Answers a GET with a picture newer than this viewer's last one, immediately
   * or when it arrives, and with the old one after a while.
   */
  fetch(
    publisher: Uid,
    viewer: Uid,
    address: string,
    digits: string,
    deliver: Deliver,
  ): VideoRefusal | undefined {
    const view = this.#viewAt(publisher, viewer, address);
    if (view === undefined) return "not a member with video";
    const seat = this.#seat(view);
    if (!seat.credentials.accept(digits)) return "wrong digits";
    this.#wait(seat, deliver);
    return undefined;
  }

  /** Publishes a picture for an authenticated session. */
  publish(session: Session, jpeg: Uint8Array): VideoRefusal | undefined {
    const camera = this.#options.cameras.of(session.uid);
    if (camera?.session !== session) return "not a member with video";
    return this.take(camera, jpeg);
  }

  /**
   * Watches for a session that is authenticated already. `sink` gets each new
   * picture as a JPEG once it has finished with the one before; pictures in
   * between are skipped. Undefined without a granted view, else stops it.
   */
  watch(
    viewer: Session,
    publisher: Uid,
    sink: (jpeg: Uint8Array) => void | Promise<void>,
  ): (() => void) | undefined {
    const view = this.#options.cameras.view(viewer.uid, publisher);
    if (view?.viewer !== viewer) return undefined;
    const seat = this.#seat(view);
    let stopped = false;
    const next = () => {
      const { cameras } = this.#options;
      const isGranted = cameras.view(viewer.uid, publisher) === view;
      if (!stopped && isGranted) this.#wait(seat, deliver);
    };
    const deliver: Deliver = ({ answer, jpegAt, sequence }) => {
      if (stopped) return;
      const isNew = sequence > shown;
      shown = Math.max(shown, sequence);
      const taken = isNew ? sink(answer.subarray(jpegAt)) : undefined;
      if (taken === undefined) queueMicrotask(next);
      else taken.then(next, () => stopped = true);
    };
    let shown = 0;
    next();
    return () => {
      stopped = true;
      if (seat.waiting?.deliver === deliver) this.#forget(seat.waiting);
    };
  }

  /** Stops all waits for a camera or a view that has ended. */
  changed(change: VideoChange): void {
    if (change.what === "view ended") {
      const waiting = this.#seats.get(change.view)?.waiting;
      if (waiting !== undefined) this.#deliver(waiting);
      return;
    }
    for (const waiting of this.#sources.get(change.camera)?.waiting ?? []) {
      this.#deliver(waiting);
    }
  }

  /**
   * Answers the requests that have waited long enough; must be called often.
   */
  tick(): void {
    const { clock, limits } = this.#options;
    const now = clock();
    this.#serveQueue(now);
    for (const waiting of this.#waiting) {
      if (now - waiting.since < limits.holdMs) break;
      this.#deliver(waiting);
    }
  }

  /** Answers all waiting viewers. */
  end(): void {
    for (const waiting of this.#waiting) this.#deliver(waiting);
  }

  #wait(seat: Seat, deliver: Deliver): void {
    // A client makes one request at a time, so an older one has been given up.
    if (seat.waiting !== undefined) this.#deliver(seat.waiting);
    const now = this.#options.clock();
    const waiting = { seat, since: now, deliver };
    seat.waiting = waiting;
    this.#waiting.add(waiting);
    const { source } = seat;
    source.waiting.add(waiting);
    if (source.newest === undefined || source.newest.sequence <= seat.seen) {
      return;
    }
    this.#serve(waiting, now);
  }

  /** Delivers the newest picture, or queues the viewer behind the others. */
  #serve(waiting: Waiting, now: number): void {
    if (this.#queue.size > 0 || !this.#mayDeliver(waiting, now)) {
      this.#queue.add(waiting);
    } else {
      this.#deliver(waiting);
    }
  }

  #serveQueue(now: number): void {
    for (const waiting of this.#queue) {
      if (!this.#mayDeliver(waiting, now)) return;
      this.#deliver(waiting);
    }
  }

  #mayDeliver({ seat }: Waiting, now: number): boolean {
    const size = seat.source.newest?.answer.length ?? 0;
    return this.#outgoing.takeIfAny(now, size);
  }

  /** Delivers the newest picture, whether the viewer has received it or not. */
  #deliver(waiting: Waiting): void {
    this.#forget(waiting);
    const { seat, deliver } = waiting;
    const picture = seat.source.newest ?? PLACEHOLDER;
    if (picture.sequence <= seat.seen) this.counters.answeredWithOld++;
    seat.seen = picture.sequence;
    this.counters.picturesOut++;
    this.counters.bytesOut += picture.answer.length;
    deliver(picture);
  }

  #forget(waiting: Waiting): void {
    const { seat } = waiting;
    this.#waiting.delete(waiting);
    this.#queue.delete(waiting);
    seat.source.waiting.delete(waiting);
    if (seat.waiting === waiting) seat.waiting = undefined;
  }

  #cameraAt(uid: Uid, address: string): Camera | undefined {
    const camera = this.#options.cameras.of(uid);
    return isFrom(camera?.session, address) ? camera : undefined;
  }

  #viewAt(publisher: Uid, viewer: Uid, address: string): View | undefined {
    const view = this.#options.cameras.view(viewer, publisher);
    return isFrom(view?.viewer, address) ? view : undefined;
  }

  #source(camera: Camera): Source {
    let source = this.#sources.get(camera);
    if (source === undefined) {
      const { limits } = this.#options;
      source = new Source(() => limits.publisherBytesPerSecond);
      this.#sources.set(camera, source);
    }
    return source;
  }

  #seat(view: View): Seat {
    let seat = this.#seats.get(view);
    if (seat === undefined) {
      seat = new Seat(this.#source(view.camera));
      this.#seats.set(view, seat);
    }
    return seat;
  }
}

/**
 * Returns whether a connection without a ticket may belong to that session.
 * Many users may share a browser's address, so its video requires a ticket.
 */
function isFrom(session: Session | undefined, address: string): boolean {
  return session !== undefined && !session.overWebSocket &&
    isSameHost(session.address, address);
}
