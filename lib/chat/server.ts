/**
 * The chat server: accepts connections, performs what handlers wish, and ends
 * sessions.
 *
 * @module
 */
import { AddressBans, connectionBans } from "../actions/address_bans.ts";
import { activity } from "../ops/activity.ts";
import type { VoiceControl } from "../voice/roster.ts";
import { Acceptor } from "../net/acceptor.ts";
import { Admission } from "../net/admission.ts";
import { TcpWire } from "../net/tcp_wire.ts";
import { Turnstile } from "../net/turnstile.ts";
import type { Wire } from "../net/wire.ts";
import type { VideoChange, VoiceChange } from "../domain/effects.ts";
import { Session } from "../domain/session.ts";
import { listenTcp } from "../ops/listening.ts";
import { Connection, type ConnectionPorts } from "./connection.ts";
import { Context, type Services } from "./context.ts";
import { depart, endSession, FAREWELLS } from "./departure.ts";
import { acceptorLimits, admissionRules } from "./limits.ts";
import { Fanout } from "./fanout.ts";
import { keepUnarrived } from "./mailbox.ts";
import { dropWaitingRooms } from "./membership.ts";
import { endOfGrace } from "./returning.ts";
import { permits } from "./permits.ts";
import { Taps } from "./taps.ts";

/** Packets of unauthenticated clients handled per event-loop turn. */
const UNAUTHENTICATED_PER_TURN = 4;
/** How often deadlines are looked at. */
const SWEEP_MS = 2000;
/**
 * A client that only listens sends nothing but a statistic every 30 minutes:
 * the idle time starts to count a little later than that.
 */
const IDLE_GRACE_MS = 90_000;

/** What the video relay hears of rooms. */
export interface VideoControl {
  /** That clients are told. */
  readonly port: number;
  changed(change: VideoChange): void;
}

/** Two ticks of {@linkcode TICK_MS} have not come, and a little more. */
const TICK_MS = 60_000;
const SILENT_MS = 2 * TICK_MS + 10_000;

export interface ChatOptions {
  readonly bind: string;
  readonly port: number;
  readonly services: Omit<
    Services,
    "settleRoom" | "act" | "signOnStep" | "addressBans"
  >;
}

export class ChatServer {
  readonly services: Services;
  readonly admission: Admission;
  readonly taps: Taps;
  readonly connections = new Map<number, Connection>();
  /** The voice relay, once it is up. */
  voice: VoiceControl | undefined;
  /** The video relay, once it is up. */
  video: VideoControl | undefined;

  readonly #listener: Deno.TcpListener;
  readonly #acceptor: Acceptor<Connection>;
  readonly #turnstile = new Turnstile(UNAUTHENTICATED_PER_TURN);
  readonly #fanout: Fanout;
  readonly #ports: ConnectionPorts;
  readonly #sweep: ReturnType<typeof setInterval>;
  readonly #system: Session;
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
      video: (change) => this.video?.changed(change),
      permits: (to, frame) => permits(this.services, to, frame),
    });
    this.taps = new Taps(services.clock);
    this.services = {
      ...services,
      // Spread would copy the value of this moment.
      get settings() {
        return services.settings;
      },
      addressBans: new AddressBans(services.store.bans),
      settleRoom: (room) => this.#fanout.settleRoom(room),
      act: (work) => this.act(work),
      signOnStep: (session, step, detail) =>
        this.taps.signOnStep(session, step, detail),
    };
    this.admission = new Admission(
      (now) => connectionBans(services.store.bans, now),
      admissionRules(services.settings),
    );
    this.#ports = {
      perform: (ctx) => this.#fanout.perform(ctx.out.list),
      ended: (connection, reason) => this.#ended(connection, reason),
      expel: (connection, sentence, reason) =>
        this.act((ctx) =>
          endSession(ctx, connection.session, sentence, reason)
        ),
      signedOn: (connection) => this.#acceptor.settled(connection),
      turn: ({ address }) => this.#turnstile.pass(address),
      onFrameIn: (connection, frame) => this.taps.frameIn(connection, frame),
      onFrameOut: (connection, bytes) => this.taps.frameOut(connection, bytes),
    };
    this.#system = new Session(0, "", "", 0, { push() {} });
    this.#listener = listenTcp("server.chat_port", bind, port);
    this.#acceptor = this.#makeAcceptor();
    this.#sweep = setInterval(() => this.#checkDeadlines(), SWEEP_MS);
  }

  /** Where it listens. */
  get address(): Deno.NetAddr {
    return this.#listener.addr as Deno.NetAddr;
  }

  /** Starts to accept. */
  start(): void {
    this.#accepting = this.#acceptor.run();
  }

  /**
   * Serves a wire that another listener has accepted, under the same limits.
   * Returns undefined when it is refused; closing it is then up to the caller.
   */
  adopt(wire: Wire): Connection | undefined {
    if (this.#stopping) return undefined;
    return this.#acceptor.adopt(wire.remote.host, () => this.#open(wire));
  }

  #makeAcceptor(): Acceptor<Connection> {
    const { counters, log } = this.services;
    return new Acceptor<Connection>({
      listener: this.#listener,
      log,
      name: "connection",
      limits: () => acceptorLimits(this.services.settings.limits),
      refuse: (address) =>
        this.admission.refusal(address, this.services.clock()),
      isUncounted: (address) => this.admission.isUncounted(address),
      onRefused: () => counters.connectionsRefused++,
      onYielded: () => counters.strangersClosed++,
      clock: this.services.steady,
      open: (conn) => this.#open(new TcpWire(conn)),
    });
  }

  #open(wire: Wire): Connection {
    const now = this.services.clock();
    const [address, local] = [wire.remote.host, wire.local.host];
    const connection = new Connection(
      wire,
      (outlet) => new Session(this.#nextId++, address, local, now, outlet),
      this.services,
      this.#ports,
    );
    connection.session.localPort = wire.local.port;
    this.connections.set(connection.session.id, connection);
    const { session } = connection;
    this.services.log.debug("connected", { session: session.id, address });
    this.services.signOnStep(session, "connected");
    void connection.run();
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
    this.#acceptor.settled(connection);
    if (this.connections.size === 0) this.#emptied?.();
    // Not before its socket is free: clients that read nothing could otherwise
    // leave any number of sockets behind that no limit counts.
    connection.whenFree(() => this.#acceptor.released(connection));
    // When everything ends, nobody needs to hear of each one leaving.
    if (this.#stopping) session.phase = "gone";
    else this.#settle(session, depart);
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
    const now = this.services.steady();
    activity.task("deadlines", now);
    const signOn = 1000 * settings.limits.signon_seconds;
    const stuck = 1000 * settings.limits.stuck_seconds;
    this.act(dropWaitingRooms);
    this.act(endOfGrace);
    const idle = 60_000 * settings.limits.idle_minutes + IDLE_GRACE_MS;
    for (const connection of [...this.connections.values()]) {
      const { session } = connection;
      if (connection.stuckFor(now) > stuck) {
        this.services.counters.slowClientsClosed++;
        connection.dead("the client takes nothing any more");
      } else if (session.phase === "online") {
        const silent = now - connection.lastPacketAt;
        if (silent > idle) this.#expelIdle(connection);
        else if (silent > SILENT_MS && owesTicks(session)) {
          connection.dead("no sign of life in a voice room");
        }
      } else if (
        // When everybody comes at once, passwords wait to be checked for
        // longer than this.
        connection.mayYield && now - connection.openedAt > signOn
      ) {
        // One that waits in Gaim's manner does not notice a mere close.
        if (session.dialect.finAfterMs === undefined) {
          connection.end("no sign-on in time");
        } else void connection.close("no sign-on in time");
      }
    }
  }

  /** Ends the sessions of networks that the server is no longer for. */
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

  #expelIdle({ session }: Connection): void {
    session.ending = "dead";
    this.act((ctx) =>
      endSession(ctx, session, "You were away for too long.", "idle")
    );
  }

  /**
   * Tells everybody, writes what waits, and ends within a bound. With null
   * nobody is told: a client that is merely cut off comes back by itself.
   */
  async stop(sentence: string | null): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    clearInterval(this.#sweep);
    this.#acceptor.close();
    await this.#accepting;
    const { store, clock } = this.services;
    const farewell = sentence === null ? null : FAREWELLS.close(sentence);
    this.#fanout.flush();
    for (const connection of [...this.connections.values()]) {
      const { session } = connection;
      if (session.phase === "online") {
        store.accounts.seen(session.uid, clock(), session.address);
        if (farewell !== null) connection.push(farewell);
        // It lives, so it receives what was written before the end.
        else session.ending = "clean";
      }
      void connection.close("server stops");
    }
    const all = new Promise<void>((resolve) => this.#emptied = resolve);
    if (this.connections.size > 0) await all;
  }
}

/** Whether the client sends -160 every minute, because of a voice room. */
function owesTicks({ dialect, rooms }: Session): boolean {
  if (!dialect.ticksInVoiceRooms) return false;
  for (const room of rooms) if (room.isVoice) return true;
  return false;
}
