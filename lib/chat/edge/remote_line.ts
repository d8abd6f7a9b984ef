/**
 * A line whose socket belongs to a gateway.
 *
 * @module
 */
import type { Message } from "../../cluster/wire.ts";
import type { Receipt } from "../../domain/effects.ts";
import type { Session } from "../../domain/session.ts";
import type { Endpoint } from "../../net/wire.ts";
import { CLIENT_TYPES } from "../../protocol/packet_types.ts";
import type { Line, LineHandler } from "./line.ts";
import { SessionNews } from "./session_news.ts";

/** Milliseconds within which a gateway closes a connection when asked to. */
const CLOSE_MS = 5000;
/** Maximum bytes of packets that wait behind one that is being handled. */
const MOST_WAITING = 72_000;

export type Packet = Extract<Message, { what: "packet" }>;

export interface RemoteLinesOptions {
  readonly open: (
    line: Line,
    remote: Endpoint,
    local: Endpoint,
    again?: Pick<Session, "id" | "connectedAt">,
  ) => LineHandler;
  /**
   * Forgets the session without ending it, because another core continues it.
   */
  readonly forget: (session: Session) => void;
  /** Called when something about the session has changed. */
  readonly touch: (session: Session) => void;
  /**
   * First number of this core's receipts, which differ from those of earlier
   * cores.
   */
  readonly firstMark: number;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly onPacketOut: () => void;
  /** Sends a message to a gateway, in order. */
  readonly push: (gateway: number, message: Message) => void;
  readonly onError: (session: Session, error: unknown) => void;
}

/** A line taken over from another core. */
export interface BegunLine {
  readonly id: number;
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly session: Pick<Session, "id" | "connectedAt">;
  /** Packets that were accepted but not handled completely. */
  readonly pending: readonly Packet[];
  /** Restores the state of the session. */
  readonly setUp: (session: Session) => void;
}

/** Gateway and number of a line, and its packets still to be handled. */
export interface LinePlace {
  readonly gateway: number;
  readonly line: number;
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly pending: readonly Packet[];
}

/** Connection of a line to its gateway. */
export interface Way {
  push(message: Message): void;
  write(frames: Uint8Array, mark: number): void;
  ended(session: Session): void;
}

export class RemoteLine implements Line {
  readonly session: Session;
  readonly port: number;
  readonly openedAt: number;
  lastPacketAt: number;
  packetsIn = 0;
  packetsOut = 0;
  queuedBytes = 0;

  readonly #options: RemoteLinesOptions;
  readonly #way: Way;
  readonly #id: number;
  readonly #handler: LineHandler;
  readonly #receipts = new Map<number, Receipt>();
  readonly #remote: Endpoint;
  readonly #local: Endpoint;
  #mark: number;
  #current: Packet | undefined;
  readonly #news: SessionNews;
  /** Packets that wait behind the one being handled. */
  #waiting: Packet[] = [];
  #waitingBytes = 0;
  #busy = false;
  #closing = false;
  #isSealed = false;
  #ended = false;
  #answerBytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #end = Promise.withResolvers<void>();

  constructor(
    options: RemoteLinesOptions,
    way: Way,
    { id, remote, local, again }: Pick<BegunLine, "id" | "remote" | "local"> & {
      readonly again?: Pick<Session, "id" | "connectedAt"> | undefined;
    },
  ) {
    this.#remote = remote;
    this.#local = local;
    this.#mark = options.firstMark;
    this.#options = options;
    this.#way = way;
    this.#id = id;
    this.port = remote.port;
    this.openedAt = this.lastPacketAt = options.now();
    this.#handler = options.open(this, remote, local, again);
    this.session = this.#handler.session;
    this.#news = new SessionNews(id, this.session);
  }

  get place(): Omit<LinePlace, "gateway"> {
    const current = this.#current === undefined ? [] : [this.#current];
    return {
      line: this.#id,
      remote: this.#remote,
      local: this.#local,
      pending: [...current, ...this.#waiting],
    };
  }

  /** Handles packets that an earlier core has accepted. */
  resume(pending: readonly Packet[]): void {
    this.#news.known();
    for (const packet of pending) this.#packet(packet);
  }

  /** Gives the line up to another core. */
  abandon(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#closing = true;
    clearTimeout(this.#timer);
    this.#waiting = [];
    this.#way.ended(this.session);
    this.#options.forget(this.session);
    this.#end.resolve();
  }

  get mayYield(): boolean {
    return this.session.phase !== "online" && !this.#busy && !this.#closing;
  }

  /** Stops writing; the gateway closes the line together with the others. */
  seal(): void {
    this.#isSealed = true;
  }

  isSettled(): boolean {
    return this.#isSealed && !this.#busy;
  }

  /** Always 0, because the gateway checks this. */
  stuckFor(): number {
    return 0;
  }

  push(frames: Uint8Array, receipt?: Receipt): boolean {
    if (this.#ended || this.#isSealed) return false;
    this.packetsOut++;
    this.#options.onPacketOut();
    this.#handler.frameOut(frames);
    // The dialect determines the form of the following frames.
    this.#tell();
    let mark = 0;
    if (receipt !== undefined) {
      mark = ++this.#mark;
      this.#receipts.set(mark, receipt);
    }
    this.#way.write(frames, mark);
    return false;
  }

  /** Does nothing, because pushed frames are sent at the end of the turn. */
  flush(): void {}

  signedOn(): void {
    this.#tell();
  }

  hold(ms: number): void {
    if (!this.#ended) this.#way.push({ what: "hold", line: this.#id, ms });
  }

  answered(bytes: number): void {
    this.#answerBytes += bytes;
  }

  close(reason: string): Promise<void> {
    if (!this.#closing && !this.#ended) {
      this.#closing = true;
      this.#tell();
      this.#way.push({ what: "close", line: this.#id, reason });
      this.#timer = setTimeout(() => this.end(reason), CLOSE_MS);
    }
    return this.#end.promise;
  }

  dead(reason: string): void {
    this.session.ending = "dead";
    this.end(reason);
  }

  end(reason: string): void {
    if (this.#ended) return;
    this.#way.push({ what: "end", line: this.#id, reason });
    this.gone(this.session.ending, reason);
  }

  /** Handles the end of the connection. */
  gone(ending: Session["ending"], reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#closing = true;
    clearTimeout(this.#timer);
    this.#waiting = [];
    this.session.ending = ending;
    this.#way.ended(this.session);
    this.#handler.ended(reason);
    this.#end.resolve();
  }

  take(message: Message): void {
    switch (message.what) {
      case "packet":
        return this.#packet(message);
      case "written":
        return this.#written(message.mark);
      case "gone":
        return this.gone(message.ending, message.reason);
      case "silent":
        if (!this.#closing) this.#handler.silent();
        return this.#tell();
      case "over rate":
        return this.#handler.overRate();
      case "expel":
        return this.#handler.expel(message.sentence, message.reason);
      case "queue":
        this.queuedBytes = message.bytes;
    }
  }

  #written(upTo: number): void {
    for (const [mark, receipt] of this.#receipts) {
      if (mark > upTo) break;
      this.#receipts.delete(mark);
      this.#handler.written(receipt);
    }
  }

  #packet(packet: Packet): void {
    if (this.#closing) return;
    if (!this.#busy) return this.#handle(packet);
    this.#waiting.push(packet);
    this.#waitingBytes += packet.payload.length;
    if (this.#waitingBytes > MOST_WAITING) {
      this.#handler.expel(
        "You were disconnected: your computer sent too much at once.",
        "flood",
      );
    }
  }

  #handle(packet: Packet): void {
    const { session } = this;
    const now = this.#options.now();
    const isAsked = session.phase !== "online";
    this.lastPacketAt = now;
    this.packetsIn++;
    session.packetCame();
    session.clientVersion = packet.version;
    // The most frequent packet, which changes no recorded state.
    if (packet.type !== CLIENT_TYPES.ROOM_MESSAGE_OUT.type) {
      this.#options.touch(session);
    }
    this.#handler.frameIn({
      type: packet.type,
      version: packet.version,
      payload: () => packet.payload,
    });
    try {
      const ending = this.#handler.packet(packet.type, packet.payload, now);
      if (ending === undefined) return this.#handled(isAsked);
      this.#busy = true;
      this.#current = packet;
      ending.then(
        () => this.#handled(isAsked),
        (error) => this.#failed(error),
      ).finally(() => this.#next());
    } catch (error) {
      this.#failed(error);
    }
  }

  /**
   * Confirms a packet; the gateway waits for this before sign-on, and for
   * awaited answers.
   */
  #handled(isAsked: boolean): void {
    const bytes = this.#answerBytes;
    this.#answerBytes = 0;
    this.#tell();
    if (this.#ended || !isAsked && bytes === 0) return;
    this.#way.push({ what: "handled", line: this.#id, bytes });
  }

  #next(): void {
    this.#busy = false;
    this.#current = undefined;
    this.#options.touch(this.session);
    while (!this.#busy && !this.#closing) {
      const packet = this.#waiting.shift();
      if (packet === undefined) return;
      this.#waitingBytes -= packet.payload.length;
      this.#handle(packet);
    }
  }

  #failed(error: unknown): void {
    this.#options.onError(this.session, error);
    this.end("internal error");
  }

  /** Sends the gateway the session state that it needs. */
  #tell(): void {
    if (this.#ended) return;
    const news = this.#news.take();
    if (news !== undefined) this.#way.push(news);
    const count = this.session.heldBack.takeQuestions();
    if (count > 0) this.#way.push({ what: "grant", line: this.#id, count });
  }
}
