/**
 * One chat connection: bytes in, packets to the table, frames out.
 *
 * @module
 */
import type { Outlet, Session } from "../domain/session.ts";
import type { Wire } from "../net/wire.ts";
import { serverError } from "../protocol/packets/system.ts";
import { activity } from "../ops/activity.ts";
import { FrameDecoder, MAX_RECEIVED_PAYLOAD } from "../protocol/frame.ts";
import { requestUser } from "../protocol/packets/pals.ts";
import type { Acceptable } from "../net/acceptor.ts";
import { Context, type Services } from "./context.ts";
import { Allowance } from "./allowance.ts";
import { costOf, dispatch, isAwaited } from "./dispatch.ts";
import { greetSilent } from "./handlers/sign_on.ts";
import { Outbox, type OutboxOwner } from "./outbox.ts";
import { Translator } from "./translator.ts";

/** Nothing honest is longer before the sign-on is complete. */
const MAX_PAYLOAD_BEFORE_SIGN_ON = 4096;
/** Bytes read ahead of a client whose password is being checked. */
const MOST_READ_AHEAD = 8192;
/**
 * Bytes read ahead of a client whose packet waits because it is over the rate.
 * Clients wait for the answer, so more than this is a flood. It holds the
 * longest frame.
 */
const MOST_READ_AHEAD_ONLINE = 72_000;
/**
 * Dropped packets within one flood window that end a connection. Being over
 * the rate does not (docs/protocol.md, "Framing"): this is more than a key held
 * down, or a script in a hurry, can come to.
 */
const FLOOD_PACKETS = 5000;
const FLOOD_WINDOW_MS = 10_000;
/** How long a closing connection may take to write what it was told. */
const FAREWELL_MS = 1500;
/** A client that has said nothing for so long may wait for HELLO. */
const SILENCE_MS = 1500;

/** What a connection reports to the server that owns it. */
export interface ConnectionPorts {
  /** Performs what a packet asked for. */
  perform(ctx: Context): void;
  /** The connection has ended; called once. */
  ended(connection: Connection, reason: string): void;
  /** Ends the session with a sentence for its user. */
  expel(connection: Connection, sentence: string, reason: string): void;
  /** The client has signed on. */
  signedOn(connection: Connection): void;
  /** Resolves when an unauthenticated client may be served; undefined: now. */
  turn(connection: Connection): Promise<void> | undefined;
  /** Somebody watches this session's frames. */
  onFrameIn?(connection: Connection, frame: FrameDecoder): void;
  onFrameOut?(connection: Connection, bytes: Uint8Array): void;
}

export class Connection implements Outlet, OutboxOwner, Acceptable {
  readonly ctx: Context;
  readonly port: number;
  /** When it was opened, and when the latest packet came (steady). */
  readonly openedAt: number;
  lastPacketAt: number;
  packetsIn = 0;
  packetsOut = 0;

  readonly #wire: Wire;
  readonly #ports: ConnectionPorts;
  readonly #outbox: Outbox;
  readonly #translator: Translator;
  readonly #decoder = new FrameDecoder(MAX_PAYLOAD_BEFORE_SIGN_ON);
  readonly #allowance: Allowance;
  /** A read that began while a packet was waiting. */
  #reading: Promise<number | null> | undefined;
  #dropped = 0;
  #dropSaid = false;
  #droppedSince: number = 0;
  #closing = false;
  /** The client sends nothing more; what has come is still handled. */
  #hungUp = false;
  #ended = false;
  /** A packet of his is being worked on, such as a password check. */
  #busy = false;
  #online = false;
  #written = 0;
  #stuckSince: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Until a silent client is greeted, or the FIN may be sent. */
  #delay: ReturnType<typeof setTimeout> | undefined;
  /** Ends the wait of a packet that is over the rate. */
  #stopWaiting = () => {};

  constructor(
    wire: Wire,
    makeSession: (outlet: Outlet) => Session,
    services: Services,
    ports: ConnectionPorts,
  ) {
    this.#wire = wire;
    this.#ports = ports;
    this.port = wire.remote.port;
    this.ctx = new Context(services, makeSession(this));
    this.#translator = new Translator(this.session, services.media);
    const { limits } = services.settings;
    const now = services.steady();
    this.openedAt = this.lastPacketAt = now;
    this.#allowance = new Allowance(limits, now);
    this.#outbox = new Outbox(
      wire,
      this,
      () => services.settings.limits.outbox_bytes,
    );
  }

  get session(): Session {
    return this.ctx.session;
  }

  /** Bytes that wait to be written. */
  get queuedBytes(): number {
    return this.#outbox.waiting;
  }

  get address(): string {
    return this.session.address;
  }

  /** Neither signed on nor waiting for a password check. */
  get mayYield(): boolean {
    return this.session.phase !== "online" && !this.#busy && !this.#closing;
  }

  yieldRoom(reason: string): void {
    this.end(reason);
  }

  /**
   * For how many milliseconds he has taken nothing of what waits for him. To
   * be called now and then: the answer is as fine as that.
   */
  stuckFor(now: number): number {
    const { waiting, written } = this.#outbox;
    if (waiting === 0 || written !== this.#written) {
      this.#written = written;
      this.#stuckSince = undefined;
      return 0;
    }
    this.#stuckSince ??= now;
    return now - this.#stuckSince;
  }

  /** For one that has ended: calls `done` when its socket is free. */
  whenFree(done: () => void): void {
    this.#outbox.whenSettled(done);
  }

  push(frame: Uint8Array, onWritten?: () => void): boolean {
    frame = this.#translator.own(frame);
    this.packetsOut++;
    this.ctx.services.counters.packetsOut++;
    this.#ports.onFrameOut?.(this, frame);
    return this.#outbox.push(frame, onWritten);
  }

  flush(): void {
    this.#outbox.flush();
  }

  get now(): number {
    return this.ctx.steady;
  }

  overflowed(): void {
    this.ctx.services.counters.slowClientsClosed++;
    this.dead("client too slow: its queue is full");
  }

  writeFailed(): void {
    this.dead("connection lost while writing");
  }

  /** Reads until the connection ends, one way or another. */
  async run(): Promise<void> {
    const decoder = this.#decoder;
    this.#delay = setTimeout(() => this.#greet(), SILENCE_MS);
    for (;;) {
      let n: number | null;
      try {
        n = await (this.#reading ?? this.#wire.read(decoder.space()));
        this.#reading = undefined;
      } catch (error) {
        return this.dead(error instanceof Error ? error.message : `${error}`);
      }
      if (n === null) return await this.#finish();
      // While it closes, what still comes is read and thrown away: a socket
      // closed with unread bytes resets, and takes the farewell along.
      if (this.#closing) continue;
      decoder.filled(n);
      clearTimeout(this.#delay);
      try {
        // Authenticated clients come first: thousands may sign on at once.
        if (!this.#online) await this.#ports.turn(this);
        const ending = this.#receiveAll();
        if (ending !== undefined) {
          this.#busy = true;
          if (this.#online) await ending;
          else await this.#readWhile(ending);
          this.#busy = false;
        }
      } catch (error) {
        this.ctx.services.counters.coreErrors++;
        this.ctx.log.error("connection failed", {
          ...this.ctx.who,
          error: error instanceof Error ? error.stack : `${error}`,
        });
        return this.end("internal error");
      }
    }
  }

  /**
   * Reads on while a password waits to be checked, so that the check is
   * skipped when the client hangs up. May leave a read under way.
   */
  async #readWhile(checking: Promise<void>): Promise<void> {
    const next = await this.#readAhead(checking, MOST_READ_AHEAD);
    if (next === "closed" || next instanceof Error) {
      this.end("closed by the client");
    }
    await checking;
  }

  /**
   * Reads on while a packet waits because it is over the rate, so that a
   * client that hangs up is not kept online by what it still asks for.
   */
  async #readWhileLate(waiting: Promise<void>): Promise<void> {
    const next = await this.#readAhead(waiting, MOST_READ_AHEAD_ONLINE);
    if (next === "full") this.#expelFlooder();
    else if (next === "closed") {
      this.#hungUp = true;
      this.#reading = Promise.resolve(null);
    } else if (next instanceof Error) this.dead(next.message);
  }

  /** Reads until `done`, up to `most` bytes; tells how that ended. */
  async #readAhead(
    done: Promise<void>,
    most: number,
  ): Promise<"done" | "closed" | "full" | Error> {
    const decoder = this.#decoder;
    const finished = done.then(() => "done" as const);
    while (decoder.pending < most) {
      const reading = this.#reading ?? this.#wire.read(decoder.space());
      this.#reading = undefined;
      const next = await Promise.race([
        finished,
        reading.catch((error) =>
          error instanceof Error ? error : new Error(`${error}`)
        ),
      ]);
      if (next === "done") {
        this.#reading = reading;
        return next;
      }
      if (next === null) return "closed";
      if (next instanceof Error) return next;
      decoder.filled(next);
    }
    return "full";
  }

  /** It has said nothing so far: it may be one that waits for HELLO. */
  #greet(): void {
    if (this.#closing) return;
    greetSilent(this.ctx);
    this.#perform();
  }

  /** He sends nothing more, and may still read what was promised to him. */
  async #finish(): Promise<void> {
    this.session.ending = "clean";
    const reason = "closed by the client";
    this.#timer ??= setTimeout(() => this.end(reason), FAREWELL_MS);
    await this.#outbox.drained();
    this.end(reason);
  }

  /** Every whole frame that is there; waits only when a handler must. */
  #receiveAll(): void | Promise<void> {
    const decoder = this.#decoder;
    while (!this.#closing) {
      const status = decoder.next();
      if (status === "incomplete") return;
      if (status === "malformed") {
        return this.end("frame too long before the sign-on");
      }
      const ending = this.#receive();
      if (ending !== undefined) return ending.then(() => this.#receiveAll());
    }
  }

  #receive(): void | Promise<void> {
    const { ctx } = this;
    const decoder = this.#decoder;
    const now = ctx.steady;
    this.lastPacketAt = now;
    this.packetsIn++;
    ctx.session.packetCame();
    ctx.session.clientVersion = decoder.version;
    this.#ports.onFrameIn?.(this, decoder);
    const { limits } = ctx.settings;
    this.#allowance.refresh(limits);
    const { type } = decoder;
    const cost =
      type === requestUser.type && ctx.session.heldBack.takeQuestion()
        ? 0
        : costOf(type, limits);
    if (isAwaited(type)) {
      if (this.#hungUp) return;
      const wait = this.#allowance.takeLate(now, cost);
      if (wait > 0) return this.#handleLate(type, decoder.payload(), wait);
    } else if (!this.#allowance.take(now, cost)) {
      this.#drop(now);
      return;
    }
    return this.#handle(type, decoder.payload(), now);
  }

  #handle(
    type: number,
    payload: Uint8Array,
    now: number,
  ): void | Promise<void> {
    activity.packet(type, this.session.id, now);
    const ending = dispatch(this.ctx, type, payload);
    if (ending !== undefined) return ending.then(() => this.#answer(type));
    this.#answer(type);
  }

  /**
   * The client waits for ever for an answer that does not come, so a packet
   * over the rate is answered late; not at all once the client has hung up.
   * Nothing else is handled meanwhile.
   */
  async #handleLate(
    type: number,
    view: Uint8Array,
    wait: number,
  ): Promise<void> {
    const payload = view.slice();
    this.ctx.services.counters.packetsDelayed++;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#stopWaiting = resolve;
    const timer = setTimeout(resolve, wait);
    if (this.#online) await this.#readWhileLate(promise);
    else await promise;
    clearTimeout(timer);
    if (this.#closing || this.#hungUp) return;
    await this.#handle(type, payload, this.ctx.steady);
  }

  #answer(type: number): void {
    if (isAwaited(type)) {
      const bytes = this.ctx.out.bytesTo(this.session);
      this.#allowance.answered(bytes, this.ctx.steady);
    }
    this.#perform();
  }

  #perform(): void {
    if (this.ctx.out.list.length > 0) {
      this.#ports.perform(this.ctx);
      this.ctx.out.clear();
    }
    if (!this.#online && this.session.phase === "online") this.#signedOn();
  }

  /** From now on long frames are taken, and the sign-on's do not count. */
  #signedOn(): void {
    this.#online = true;
    this.#ports.signedOn(this);
    this.#decoder.maxPayload = MAX_RECEIVED_PAYLOAD;
    this.#allowance.signedOn();
  }

  /** Over the rate: dropped and counted, and a flood ends the connection. */
  #drop(now: number): void {
    const { counters, settings } = this.ctx.services;
    counters.packetsOverRate++;
    if (now - this.#droppedSince > FLOOD_WINDOW_MS) {
      this.#droppedSince = now;
      this.#dropped = 0;
    }
    this.#dropped++;
    // One line for each connection: a flood must not be one of the log.
    if (!this.#dropSaid) {
      this.#dropSaid = true;
      if (!this.ctx.mayHaveLine()) return;
      this.ctx.log.warn("packets over the rate are dropped", {
        ...this.ctx.who,
        limit: settings.limits.packets_per_second,
      });
    }
    if (this.#dropped >= FLOOD_PACKETS) this.#expelFlooder();
  }

  #expelFlooder(): void {
    this.ctx.services.counters.floodersClosed++;
    this.#ports.expel(
      this,
      "You were disconnected: your computer sent too much at once.",
      "flood",
    );
  }

  /**
   * Takes no further packet, writes what waits, says that nothing more comes,
   * and closes when the other side has closed too, or after a while.
   */
  async close(reason: string): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#stopWaiting();
    clearTimeout(this.#delay);
    const { finAfterMs = 0 } = this.session.dialect;
    if (
      finAfterMs > 0 && !this.#translator.toldEnd && !this.session.saidGoodbye
    ) {
      this.push(serverError.frame({ text: "The connection was closed." }));
    }
    this.flush();
    this.#timer ??= setTimeout(
      () => this.end(reason),
      FAREWELL_MS + finAfterMs,
    );
    await this.#outbox.drained();
    if (finAfterMs > 0) {
      await new Promise((resolve) =>
        this.#delay = setTimeout(resolve, finAfterMs)
      );
    }
    if (this.#ended) return;
    try {
      await this.#wire.closeWrite();
    } catch {
      this.end(reason);
    }
  }

  /** Closes a connection whose client is gone. */
  dead(reason: string): void {
    this.session.ending = "dead";
    this.end(reason);
  }

  /** Closes at once. */
  end(reason: string): void {
    this.#closing = true;
    if (this.#ended) return;
    this.#ended = true;
    this.#stopWaiting();
    clearTimeout(this.#timer);
    clearTimeout(this.#delay);
    this.#outbox.discard();
    try {
      this.#wire.close();
    } catch {
      // The other side was faster.
    }
    this.#ports.ended(this, reason);
  }
}
