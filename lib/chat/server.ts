/**
 * The chat server: accepts connections, performs what handlers wish, and ends
 * sessions.
 *
 * @module
 */
import { activity } from "../ops/activity.ts";
import type { VoiceControl } from "../voice/roster.ts";
import type { Wire } from "../net/wire.ts";
import type { Millis } from "../domain/store.ts";
import type { VoiceChange } from "../domain/effects.ts";
import { Session } from "../domain/session.ts";
import { listenTcp } from "../ops/listening.ts";
import { Connection, type ConnectionPorts } from "./connection.ts";
import { Context, type Services } from "./context.ts";
import { depart, endSession, FAREWELLS } from "./departure.ts";
import { Door } from "./door.ts";
import { Fanout } from "./fanout.ts";
import { keepUnwritten } from "./mailbox.ts";
import { dropWaitingRooms } from "./membership.ts";
import { Reception } from "./reception.ts";
import { Taps } from "./taps.ts";

/** How often deadlines are looked at. */
const SWEEP_MS = 2000;
/**
 * A client that only listens sends nothing but a statistic every 30 minutes:
 * the idle time starts to count a little later than that.
 */
const IDLE_GRACE_MS = 90_000;

export interface ChatOptions {
  readonly bind: string;
  readonly port: number;
  readonly services: Omit<Services, "settleRoom" | "act" | "signOnStep">;
}

export class ChatServer {
  readonly services: Services;
  readonly door: Door;
  readonly taps: Taps;
  readonly connections = new Map<number, Connection>();
  /** The voice relay, once it is up. */
  voice: VoiceControl | undefined;

  readonly #listener: Deno.TcpListener;
  readonly #fanout: Fanout;
  readonly #ports: ConnectionPorts;
  readonly #sweep: ReturnType<typeof setInterval>;
  readonly #system: Session;
  readonly #reception: Reception;
  #nextId = 1;
  #stopping = false;
  #accepting: Promise<void> | undefined;
  #emptied: (() => void) | undefined;

  constructor({ bind, port, services }: ChatOptions) {
    this.#fanout = new Fanout({
      line: (session) => this.connections.get(session.id),
      close: (session, reason) => {
        void this.connections.get(session.id)?.close(reason);
      },
      voice: (change) => this.#tellVoice(change),
    });
    this.taps = new Taps(services.clock);
    this.services = {
      ...services,
      // Spread would copy the value of this moment.
      get settings() {
        return services.settings;
      },
      settleRoom: (room) => this.#fanout.settleRoom(room),
      act: (work) => this.act(work),
      signOnStep: (session, step, detail) =>
        this.taps.signOnStep(session, step, detail),
    };
    this.door = new Door(services.store.bans, services.settings);
    this.#ports = {
      perform: (ctx) => this.#fanout.perform(ctx.out.list),
      ended: (connection, reason) => this.#ended(connection, reason),
      expel: (connection, sentence, reason) =>
        this.act((ctx) =>
          endSession(ctx, connection.session, sentence, reason)
        ),
      strangersTurn: () => this.#reception.turn(),
      onFrameIn: (connection, frame) => this.taps.frameIn(connection, frame),
      onFrameOut: (connection, bytes) => this.taps.frameOut(connection, bytes),
    };
    this.#system = new Session(0, "", "", 0, { push() {} });
    this.#listener = listenTcp("server.chat_port", bind, port);
    this.#reception = new Reception(
      this.#listener,
      this.door,
      this.services,
      (wire, now) => this.#open(wire, now),
    );
    this.#sweep = setInterval(() => this.#checkDeadlines(), SWEEP_MS);
  }

  /** Where it listens. */
  get address(): Deno.NetAddr {
    return this.#listener.addr as Deno.NetAddr;
  }

  /** Starts to accept. */
  start(): void {
    this.#accepting = this.#reception.run();
  }

  /**
   * Serves a wire that another listener has accepted, under the same limits.
   * Returns undefined when it is refused; closing it is then up to the caller.
   */
  adopt(wire: Wire): Connection | undefined {
    return this.#stopping ? undefined : this.#reception.adopt(wire);
  }

  #open(wire: Wire, now: Millis): Connection {
    const [address, local] = [wire.remote.host, wire.local.host];
    const connection = new Connection(
      wire,
      (outlet) => new Session(this.#nextId++, address, local, now, outlet),
      this.services,
      this.#ports,
    );
    this.connections.set(connection.session.id, connection);
    return connection;
  }

  /** Does something that no packet asked for, and performs what it wishes. */
  act<T>(work: (ctx: Context) => T): T {
    const ctx = new Context(this.services, this.#system);
    try {
      return work(ctx);
    } finally {
      // What was wished before an error is true: state has changed already.
      this.#fanout.perform(ctx.out.list);
    }
  }

  #ended(connection: Connection, reason: string): void {
    const { session } = connection;
    const wasOnline = session.phase === "online";
    this.connections.delete(session.id);
    this.#reception.left(connection);
    if (this.connections.size === 0) this.#emptied?.();
    // Not before its socket is free: else whoever takes nothing could leave
    // any number of them behind, and no limit would count them.
    connection.whenFree(() => this.door.leave(session.address));
    // When everything ends, nobody needs to hear of each one leaving.
    if (this.#stopping) session.phase = "gone";
    else this.#settle(session, depart);
    this.#settle(session, keepUnwritten);
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

  /** Whatever fails here, the rest of a session's end still happens. */
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
    const { settings } = this.services;
    const now = this.services.clock();
    activity.task("deadlines", now);
    const signOn = 1000 * settings.limits.signon_seconds;
    const stuck = 1000 * settings.limits.stuck_seconds;
    this.act(dropWaitingRooms);
    const idle = 60_000 * settings.limits.idle_minutes + IDLE_GRACE_MS;
    for (const connection of [...this.connections.values()]) {
      const { session } = connection;
      if (connection.stuckFor(now) > stuck) {
        this.services.counters.slowClientsClosed++;
        connection.end("the client takes nothing any more");
      } else if (session.phase === "online") {
        if (now - connection.lastPacketAt > idle) this.#expelIdle(connection);
      } else if (
        // When everybody comes at once, passwords wait to be checked for
        // longer than this.
        connection.isIdleStranger && now - session.connectedAt > signOn
      ) {
        connection.end("no sign-on in time");
      }
    }
  }

  #expelIdle({ session }: Connection): void {
    this.act((ctx) =>
      endSession(ctx, session, "You were away for too long.", "idle")
    );
  }

  /** Tells everybody, writes what waits, and ends within a bound. */
  async stop(sentence: string): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    clearInterval(this.#sweep);
    this.#reception.close();
    await this.#accepting;
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
