/**
 * A line whose socket belongs to this process: reads bytes, passes packets to
 * the server within their rate, and writes frames.
 *
 * @module
 */
import type { Receipt } from "../../domain/effects.ts";
import type { Session } from "../../domain/session.ts";
import type { Wire } from "../../net/wire.ts";
import { FrameDecoder, MAX_RECEIVED_PAYLOAD } from "../../protocol/frame.ts";
import { requestUser } from "../../protocol/packets/pals.ts";
import type { Acceptable } from "../../net/acceptor.ts";
import { costOf, isAwaited } from "../dispatch.ts";
import { Allowance } from "./allowance.ts";
import { Farewell } from "./farewell.ts";
import { Flood } from "./flood.ts";
import { Intake, READ_AHEAD } from "./intake.ts";
import type { EdgeServices, Line, LineHandler, OpenLine } from "./line.ts";
import { Outbox, type OutboxOwner } from "./outbox.ts";
import { Translator } from "./translator.ts";

/** Longest payload accepted before sign-on, in bytes. */
const MAX_PAYLOAD_BEFORE_SIGN_ON = 4096;
/**
 * A client that sends nothing for this many milliseconds may be waiting for
 * HELLO.
 */
const SILENCE_MS = 1500;

/** The edge that accepted the connection. */
export interface ConnectionOwner {
  /** Resolves when an unauthenticated client may be served; undefined: now. */
  turn(address: string): Promise<void> | undefined;
  signedOn(connection: Connection): void;
  /** Called once, when the connection has ended. */
  ended(connection: Connection): void;
}

export class Connection implements Line, OutboxOwner, Acceptable {
  readonly session: Session;
  readonly port: number;
  readonly openedAt: number;
  lastPacketAt: number;
  packetsIn = 0;
  packetsOut = 0;

  readonly #wire: Wire;
  readonly #handler: LineHandler;
  readonly #services: EdgeServices;
  readonly #owner: ConnectionOwner;
  readonly #outbox: Outbox;
  readonly #translator: Translator;
  readonly #farewell: Farewell;
  readonly #decoder = new FrameDecoder(MAX_PAYLOAD_BEFORE_SIGN_ON);
  readonly #allowance: Allowance;
  readonly #intake: Intake;
  readonly #flood = new Flood();
  #closing = false;
  /** The client has closed its write side; what it sent is still handled. */
  #hungUp = false;
  #ended = false;
  /**
   * A packet is being handled, for example one whose password is being checked.
   */
  #busy = false;
  #online = false;
  /** Timer until a silent client is greeted. */
  #delay: ReturnType<typeof setTimeout> | undefined;

  constructor(
    wire: Wire,
    open: OpenLine,
    services: EdgeServices,
    owner: ConnectionOwner,
  ) {
    this.#wire = wire;
    this.#intake = new Intake(wire, this.#decoder);
    this.#services = services;
    this.#owner = owner;
    this.port = wire.remote.port;
    this.#handler = open(this, wire.remote, wire.local);
    this.session = this.#handler.session;
    this.#translator = new Translator(this.session, services.media);
    const { limits } = services.settings;
    const now = services.steady();
    this.openedAt = this.lastPacketAt = now;
    this.#allowance = new Allowance(limits);
    this.#outbox = new Outbox(
      wire,
      this,
      () => services.settings.limits.outbox_bytes,
    );
    this.#farewell = new Farewell(this, wire, this.#outbox, this.#translator);
  }

  get queuedBytes(): number {
    return this.#outbox.waiting;
  }

  get address(): string {
    return this.session.address;
  }

  get mayYield(): boolean {
    return this.session.phase !== "online" && !this.#busy && !this.#closing;
  }

  yieldRoom(reason: string): void {
    this.end(reason);
  }

  stuckFor(now: number): number {
    return this.#outbox.stuckFor(now);
  }

  /** Calls `done` when the socket of an ended connection has been freed. */
  whenFree(done: () => void): void {
    this.#outbox.whenSettled(done);
  }

  push(frames: Uint8Array, receipt?: Receipt): boolean {
    if (this.#farewell.isSealed) return false;
    frames = this.#translator.own(frames);
    this.packetsOut++;
    this.#services.counters.packetsOut++;
    this.#handler.frameOut(frames);
    return this.#outbox.push(frames, receipt);
  }

  flush(): void {
    this.#outbox.flush();
  }

  get now(): number {
    return this.#services.steady();
  }

  written(receipt: Receipt): void {
    this.#handler.written(receipt);
  }

  overflowed(): void {
    this.#services.counters.slowClientsClosed++;
    this.dead("client too slow: its queue is full");
  }

  writeFailed(): void {
    this.dead("connection lost while writing");
  }

  /** Reads until the connection ends. */
  async run(): Promise<void> {
    const decoder = this.#decoder;
    this.#delay = setTimeout(() => {
      if (!this.#closing) this.#handler.silent();
    }, SILENCE_MS);
    for (;;) {
      let n: number | null;
      try {
        n = await this.#intake.read();
      } catch (error) {
        return this.dead(error instanceof Error ? error.message : `${error}`);
      }
      if (n === null) return await this.#finish();
      // While closing, received bytes are read and discarded: a socket closed
      // with unread bytes is reset, and the last message would be lost.
      if (this.#closing) continue;
      decoder.filled(n);
      clearTimeout(this.#delay);
      try {
        // Authenticated clients come first, because thousands may sign on at
        // the same time.
        if (!this.#online) await this.#owner.turn(this.address);
        const ending = this.#receiveAll();
        if (ending !== undefined) {
          this.#busy = true;
          if (this.#online) await ending;
          else await this.#readWhile(ending);
          this.#busy = false;
        }
      } catch (error) {
        this.#services.counters.coreErrors++;
        this.#services.log.error("connection failed", {
          ...this.#handler.who,
          error: error instanceof Error ? error.stack : `${error}`,
        });
        return this.end("internal error");
      }
    }
  }

  /**
   * Continues reading while a password waits to be checked, so that the check
   * is skipped when the client hangs up. May leave a read pending.
   */
  async #readWhile(checking: Promise<void>): Promise<void> {
    const next = await this.#intake.ahead(checking, READ_AHEAD.checking);
    if (next === "closed" || next instanceof Error) {
      this.end("closed by the client");
    }
    await checking;
  }

  /** The client has closed its write side; flush what is queued, then close. */
  async #finish(): Promise<void> {
    this.session.ending = "clean";
    const reason = "closed by the client";
    this.#farewell.limit(() => this.end(reason));
    await this.#outbox.drained();
    this.end(reason);
  }

  /**
   * Handles every complete frame that has arrived. Returns a promise only when
   * a handler does.
   */
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
    const { session, now } = this;
    const decoder = this.#decoder;
    this.lastPacketAt = now;
    this.packetsIn++;
    session.packetCame();
    session.clientVersion = decoder.version;
    this.#handler.frameIn(decoder);
    const { limits } = this.#services.settings;
    this.#allowance.refresh(limits);
    const { type } = decoder;
    const cost = type === requestUser.type && session.heldBack.takeQuestion()
      ? 0
      : costOf(type, limits);
    const wait = this.#allowance.waitFor(isAwaited(type), cost, now);
    if (wait === undefined) return this.#drop(now);
    // The client has gone: what it may not send yet is never sent.
    if (this.#hungUp && (wait > 0 || isAwaited(type))) return;
    if (wait > 0) return this.#handleLate(type, decoder.payload(), wait);
    return this.#handler.packet(type, decoder.payload(), now);
  }

  /**
   * The client waits forever for a missing answer, and a line that somebody has
   * written must arrive, so a packet over its budget is handled late, and
   * dropped only when the client has hung up. Nothing else is handled
   * meanwhile.
   */
  async #handleLate(
    type: number,
    view: Uint8Array,
    wait: number,
  ): Promise<void> {
    const payload = view.slice();
    this.#services.counters.packetsDelayed++;
    const end = await this.#intake.wait(wait, this.#online);
    if (end === "full") this.#expelFlooder();
    else if (end === "closed") {
      this.#hungUp = true;
      this.#intake.hungUp();
    } else if (end instanceof Error) this.dead(end.message);
    if (this.#closing || this.#hungUp) return;
    await this.#handler.packet(type, payload, this.now);
  }

  hold(ms: number): void {
    this.#allowance.hold(ms, this.now);
  }

  answered(bytes: number): void {
    this.#allowance.answered(bytes, this.now);
  }

  signedOn(): void {
    this.#online = true;
    this.#owner.signedOn(this);
    this.#decoder.maxPayload = MAX_RECEIVED_PAYLOAD;
    this.#allowance.signedOn();
  }

  /**
   * Drops a packet over the rate and counts it; a flood ends the connection.
   */
  #drop(now: number): void {
    this.#services.counters.packetsOverRate++;
    const found = this.#flood.dropped(now);
    if (found === "first") this.#handler.overRate();
    else if (found === "flood") this.#expelFlooder();
  }

  #expelFlooder(): void {
    this.#services.counters.floodersClosed++;
    this.#handler.expel(
      "You were disconnected: your computer sent too much at once.",
      "flood",
    );
  }

  seal(): void {
    if (!this.#closing) this.#farewell.seal(this.now);
  }

  isSettled(now: number): boolean {
    return !this.#busy && this.#decoder.pending === 0 &&
      this.#farewell.isSettled(now);
  }

  /**
   * Handles no further packets, writes the queue, closes the write side, and
   * closes the socket when the other side has closed too or time is up.
   */
  async close(reason: string): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#intake.stopWaiting();
    clearTimeout(this.#delay);
    await this.#farewell.close(() => this.end(reason));
  }

  dead(reason: string): void {
    this.session.ending = "dead";
    this.end(reason);
  }

  end(reason: string): void {
    this.#closing = true;
    if (this.#ended) return;
    this.#ended = true;
    this.#intake.stopWaiting();
    clearTimeout(this.#delay);
    this.#farewell.end();
    this.#outbox.discard();
    try {
      this.#wire.close();
    } catch {
      // The other side closed first.
    }
    this.#owner.ended(this);
    this.#handler.ended(reason);
  }
}
