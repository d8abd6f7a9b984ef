/**
 * The chat server: opens sessions for lines, performs the effects of handlers,
 * and ends sessions.
 *
 * @module
 */
import { activity } from "../ops/activity.ts";
import { pause } from "../net/turn.ts";
import type { VoiceControl } from "../voice/roster.ts";
import type { Admission } from "../net/admission.ts";
import type { Endpoint, Wire } from "../net/wire.ts";
import type { Effect, VideoChange, VoiceChange } from "../domain/effects.ts";
import { beginHandover } from "../domain/handover.ts";
import { Session } from "../domain/session.ts";
import { Context, type Services } from "./context.ts";
import { checkDeadlines } from "./deadlines.ts";
import { depart, endSession, FAREWELLS } from "./departure.ts";
import type { Edge, Line, LineHandler } from "./edge/line.ts";
import { LocalEdge } from "./edge/local.ts";
import { Fanout } from "./fanout.ts";
import { keepUnarrived } from "./mailbox.ts";
import { dropWaitingRooms } from "./membership.ts";
import { PacketHandler, type PacketHandlerPorts } from "./packet_handler.ts";
import { endOfGrace, keepHeldLines } from "./returning.ts";
import { permits } from "./permits.ts";
import { Taps } from "./taps.ts";

/** Milliseconds that a planned restart waits for data from clients. */
const DRAIN_MS = 1500;
const DRAIN_LOOK_MS = 20;
/** How often deadlines are checked. */
const SWEEP_MS = 2000;
/** Informs the video relay about rooms. */
export interface VideoControl {
  /** The port announced to clients. */
  readonly port: number;
  changed(change: VideoChange): void;
}

/** Hears of everything that may change a session or a room. */
export interface ChatObserver {
  performed(effects: readonly Effect[]): void;
  ended(session: Session): void;
  /** Wraps a line of this process for the server. */
  own(line: Line): Line;
}

export interface ChatOptions {
  readonly bind: string;
  readonly port: number;
  readonly services: Omit<Services, "settleRoom" | "act" | "signOnStep">;
  readonly admission: Admission;
}

export class ChatServer {
  readonly services: Services;
  readonly admission: Admission;
  readonly taps: Taps;
  /** Keyed by the number of the session. */
  readonly connections = new Map<number, Line>();
  /** Set when the voice relay has started. */
  voice: VoiceControl | undefined;
  /** What a cluster must know of; absent: this is the only server. */
  observer: ChatObserver | undefined;
  /** Set when the video relay has started. */
  video: VideoControl | undefined;

  readonly #edge: Edge;
  readonly #fanout: Fanout;
  readonly #ports: PacketHandlerPorts;
  readonly #sweep: ReturnType<typeof setInterval>;
  readonly #system: Session;
  #nextId = 1;
  #stopping = false;
  #emptied: (() => void) | undefined;

  constructor({ bind, port, services, admission }: ChatOptions) {
    this.#fanout = new Fanout({
      line: (session) => this.connections.get(session),
      room: (gid) => this.services.world.rooms.get(gid),
      voice: (change) => this.#tellVoice(change),
      video: (change) => this.video?.changed(change),
      permits: (to, frame) => permits(this.services, to, frame),
    });
    this.taps = new Taps(services.clock);
    this.services = {
      ...services,
      // A spread would copy the value of this moment.
      get settings() {
        return services.settings;
      },
      settleRoom: (room) => this.#fanout.settleRoom(room),
      act: (work) => this.act(work),
      signOnStep: (session, step, detail) =>
        this.taps.signOnStep(session, step, detail),
    };
    this.admission = admission;
    this.#ports = {
      perform: (ctx) => this.#perform(ctx),
      ended: (session, reason) => this.#ended(session, reason),
      expel: (session, sentence, reason) =>
        this.act((ctx) => endSession(ctx, session, sentence, reason)),
      frameIn: (session, frame) => this.taps.frameIn(session, frame),
      frameOut: (session, frames) => this.taps.frameOut(session, frames),
    };
    this.#system = new Session(0, "", "", 0);
    this.#edge = new LocalEdge({
      bind,
      port,
      services: this.services,
      admission,
      open: (line, remote, local) =>
        this.open(this.observer?.own(line) ?? line, remote, local),
    });
    this.#sweep = setInterval(() => this.#checkDeadlines(), SWEEP_MS);
  }

  /** The address on which the server listens. */
  get address(): Deno.NetAddr {
    return this.#edge.address;
  }

  /** Starts to accept connections. */
  start(): void {
    this.#edge.start();
  }

  /**
   * Serves a wire that another listener has accepted, under the same limits.
   * Returns undefined when it is refused; closing it is then up to the caller.
   */
  adopt(wire: Wire): Line | undefined {
    const isEnding = this.#stopping || this.services.world.handingOver;
    return isEnding ? undefined : this.#edge.adopt(wire);
  }

  /**
   * Gives a line of any edge its session; `again` names one that another
   * server has begun.
   */
  open(
    line: Line,
    remote: Endpoint,
    local: Endpoint,
    again?: Pick<Session, "id" | "connectedAt">,
  ): LineHandler {
    const { id, connectedAt } = again ??
      { id: this.#nextId, connectedAt: this.services.clock() };
    this.#nextId = Math.max(this.#nextId, id + 1);
    const address = remote.host;
    const session = new Session(id, address, local.host, connectedAt);
    session.localPort = local.port;
    this.connections.set(session.id, line);
    this.services.log.debug("connected", { session: session.id, address });
    this.services.signOnStep(session, "connected");
    return new PacketHandler(line, session, this.services, this.#ports);
  }

  /** Forgets a session that another server continues. */
  forget({ id }: Session): void {
    this.connections.delete(id);
    if (this.connections.size === 0) this.#emptied?.();
  }

  #perform({ out: { list } }: Context): void {
    this.observer?.performed(list);
    this.#fanout.perform(list);
  }

  /** Does something that no packet asked for, and performs its effects. */
  act<T>(work: (ctx: Context) => T): T {
    const ctx = new Context(this.services, this.#system);
    try {
      return work(ctx);
    } finally {
      // Effects before an error are performed: the state has changed already.
      this.#perform(ctx);
    }
  }

  #ended(session: Session, reason: string): void {
    const wasOnline = session.phase === "online";
    this.connections.delete(session.id);
    this.observer?.ended(session);
    if (this.connections.size === 0) this.#emptied?.();
    const { world } = this.services;
    // Skips departures during shutdown, and leaves users for whom the next
    // server waits where they are.
    if (this.#stopping || (world.handingOver && !session.saidGoodbye)) {
      session.phase = "gone";
    } else this.#settle(session, depart);
    this.#settle(session, keepUnarrived);
    if (wasOnline) this.voice?.signedOff(session.uid);
    const fields = {
      session: session.id,
      uid: session.uid,
      nickname: session.nickname,
      address: session.address,
      reason,
    };
    if (session.uid === 0) this.services.log.debug("disconnected", fields);
    else this.services.log.info("disconnected", fields);
    this.services.signOnStep(session, "closed", reason);
  }

  /** Does the rest of a session's end even if one step fails. */
  #settle(
    session: Session,
    work: (ctx: Context, session: Session) => void,
  ): void {
    try {
      this.act((ctx) => work(ctx, session));
    } catch (error) {
      this.services.counters.coreErrors++;
      this.services.log.error("a session ended badly", {
        session: session.id,
        uid: session.uid,
        error: error instanceof Error ? error.stack : `${error}`,
      });
    }
  }

  #tellVoice(change: VoiceChange): void {
    const { voice } = this;
    if (voice === undefined) return;
    switch (change.what) {
      case "joined":
        return voice.joined(change.gid, change.uid);
      case "left":
        return voice.left(change.gid, change.uid);
      case "policy":
        return voice.policyChanged(change.gid);
      case "closed":
        return voice.roomClosed(change.gid);
    }
  }

  #checkDeadlines(): void {
    activity.task("deadlines", this.services.steady());
    this.act(dropWaitingRooms);
    this.act(endOfGrace);
    checkDeadlines(
      this.services,
      [...this.connections.values()],
      (session) =>
        this.act((ctx) =>
          endSession(ctx, session, "You were away for too long.", "idle")
        ),
    );
  }

  /** Ends the sessions from networks that are no longer allowed. */
  expelNotAllowed(): void {
    for (const { session } of [...this.connections.values()]) {
      if (this.admission.isAllowed(session.address)) continue;
      this.act((ctx) =>
        endSession(
          ctx,
          session,
          "This server is no longer for your network.",
          "network no longer allowed",
        )
      );
    }
  }

  /**
   * Begins a planned restart: accepts nobody, writes what waits and nothing
   * after it, and handles what clients have sent until all of them have closed
   * or nothing is on its way, within a bound. A line that arrives meanwhile is
   * kept for the next server. Connections stay open until {@linkcode
   * ChatServer.cutOff}: a client whose connection is closed looks for a server
   * immediately.
   */
  async handOver(): Promise<void> {
    const { steady, world } = this.services;
    if (this.#stopping || world.handingOver) return;
    clearInterval(this.#sweep);
    await this.#edge.stop();
    this.#fanout.flush();
    beginHandover(world, steady());
    for (const line of [...this.connections.values()]) line.seal();
    const until = steady() + DRAIN_MS;
    while (steady() < until && !this.#isSettled()) await pause(DRAIN_LOOK_MS);
  }

  #isSettled(): boolean {
    const now = this.services.steady();
    for (const line of this.connections.values()) {
      if (!line.isSettled(now)) return false;
    }
    return true;
  }

  /**
   * Ends a planned restart: closes every connection without a word, so that
   * the clients come back, and keeps what has not reached them.
   */
  cutOff(): void {
    const { clock, store } = this.services;
    this.#stopping = true;
    const lines = [...this.connections.values()];
    for (const { session } of lines) {
      if (session.phase !== "online") continue;
      store.accounts.seen(session.uid, clock(), session.address);
      this.#settle(
        session,
        (_, online) => keepHeldLines(new Context(this.services, online)),
      );
      // The client is alive, so it receives what was written before the end.
      session.ending = "clean";
    }
    for (const line of lines) line.end("server restarts");
  }

  /** Tells everybody, writes what is queued, and ends within a time limit. */
  async stop(sentence: string): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    clearInterval(this.#sweep);
    await this.#edge.stop();
    const { store, clock } = this.services;
    const farewell = FAREWELLS.close(sentence);
    this.#fanout.flush();
    for (const connection of [...this.connections.values()]) {
      const { session } = connection;
      if (session.phase === "online") {
        store.accounts.seen(session.uid, clock(), session.address);
        connection.push(farewell);
      }
      void connection.close("server stops");
    }
    const all = new Promise<void>((resolve) => this.#emptied = resolve);
    if (this.connections.size > 0) await all;
  }
}
