/**
 * Lets people in: accepts connections at a pace that those who are here bear,
 * and makes room when it is full.
 *
 * @module
 */
import type { Millis } from "../domain/store.ts";
import { isOutOfResources } from "../net/accept_error.ts";
import { TcpWire } from "../net/tcp_wire.ts";
import type { Wire } from "../net/wire.ts";
import { nextTurn, pause, Turnstile } from "../ops/turn.ts";
import { Refusals } from "../voice/refusals.ts";
import { plainAddress } from "../voice/roster.ts";
import type { Connection } from "./connection.ts";
import type { Services } from "./context.ts";
import type { Door, Refusal } from "./door.ts";
import { ANYBODY, Strangers } from "./strangers.ts";

/** No stranger need give way before he has had this long to sign on. */
const STRANGER_MS = 2000;

/** So many connections are accepted at once, and then none for a moment. */
const ACCEPT_BATCH = 4;
const ACCEPT_PAUSE_MS = 2;
/** So many of those who have not signed on are served in one turn. */
const STRANGERS_PER_TURN = 4;
/** Milliseconds to wait when the machine has no descriptor or memory left. */
const FAILED_PAUSE_MS = 50;

/** Makes the connection of an admitted wire. */
export type Open = (wire: Wire, now: Millis) => Connection;

export class Reception {
  readonly #listener: Deno.TcpListener;
  readonly #door: Door;
  readonly #services: Services;
  readonly #open: Open;
  readonly #refusals: Refusals;
  /** Those that have not signed on, and some that have since. */
  readonly #strangers = new Strangers<Connection>();
  readonly #turnstile = new Turnstile(STRANGERS_PER_TURN);
  #closed = false;

  constructor(
    listener: Deno.TcpListener,
    door: Door,
    services: Services,
    open: Open,
  ) {
    this.#listener = listener;
    this.#door = door;
    this.#services = services;
    this.#open = open;
    const { log, clock } = services;
    this.#refusals = new Refusals(log, clock, "connection refused");
  }

  /** Until a stranger's packets may be worked on; undefined: at once. */
  turn(): Promise<void> | undefined {
    return this.#turnstile.pass();
  }

  /** That connection has ended. */
  left(connection: Connection): void {
    this.#strangers.delete(connection);
  }

  /** Lets nobody in any more; `run` ends. */
  close(): void {
    this.#closed = true;
    this.#listener.close();
  }

  async run(): Promise<void> {
    for (let n = 1; !this.#closed; n++) {
      // A storm of connections must not fill a turn of the loop: those who
      // are here already would wait for all of them.
      if (n % ACCEPT_BATCH === 0) await pause(ACCEPT_PAUSE_MS);
      let conn: Deno.TcpConn;
      try {
        conn = await this.#listener.accept();
      } catch (error) {
        if (this.#closed) return;
        if (!isOutOfResources(error)) {
          // Reset before it was accepted: the next one may be genuine.
          await nextTurn();
          continue;
        }
        this.#refusals.note(`cannot accept: ${error}`, "");
        this.#closeOldestStranger(ANYBODY);
        await pause(FAILED_PAUSE_MS);
        continue;
      }
      this.#welcome(conn);
    }
  }

  /** Serves a wire that another listener has accepted; undefined: refused. */
  adopt(wire: Wire): Connection | undefined {
    return this.#admit(wire.remote.host) ? this.#begin(wire) : undefined;
  }

  #welcome(conn: Deno.TcpConn): void {
    if (this.#admit(plainAddress(conn.remoteAddr.hostname))) {
      this.#begin(new TcpWire(conn));
    } else {
      conn.close();
    }
  }

  /** Counts one more connection of `address`; logs a refusal. */
  #admit(address: string): boolean {
    const refused = this.#enter(address, this.#services.clock());
    if (refused === undefined) return true;
    this.#services.counters.connectionsRefused++;
    this.#refusals.note(refused.reason, address);
    return false;
  }

  #begin(wire: Wire): Connection {
    const { log, clock, signOnStep } = this.#services;
    const connection = this.#open(wire, clock());
    const { session } = connection;
    this.#strangers.add(connection);
    log.debug("connected", { session: session.id, address: session.address });
    signOnStep(session, "connected");
    void connection.run();
    return connection;
  }

  /**
   * Who means well signs on at once, so when it is full the oldest connection
   * that has not gives way: holding connections open keeps nobody out.
   */
  #enter(address: string, now: Millis): Refusal | undefined {
    const { limits } = this.#services.settings;
    const refused = this.#door.enter(address, limits, now);
    if (refused?.madeBy === undefined) return refused;
    return this.#closeOldestStranger(refused.madeBy)
      ? this.#door.enter(address, limits, now)
      : refused;
  }

  /** Of that host or network; false when all are signed on or new. */
  #closeOldestStranger(from: string): boolean {
    const { clock, counters } = this.#services;
    const now = clock();
    for (const connection of this.#strangers.of(from)) {
      const { connectedAt, phase } = connection.session;
      if (phase === "online") this.#strangers.delete(connection);
      if (now - connectedAt < STRANGER_MS) break;
      if (!connection.isIdleStranger) continue;
      counters.strangersClosed++;
      connection.end("made room for another");
      return true;
    }
    return false;
  }
}
