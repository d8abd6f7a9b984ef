/**
 * Lines whose sockets belong to this process: a listener, the limits of new
 * connections, and a {@linkcode Connection} for each socket.
 *
 * @module
 */
import { Acceptor } from "../../net/acceptor.ts";
import type { Admission } from "../../net/admission.ts";
import { TcpWire } from "../../net/tcp_wire.ts";
import { Turnstile } from "../../net/turnstile.ts";
import type { Wire } from "../../net/wire.ts";
import { listenTcp } from "../../ops/listening.ts";
import { acceptorLimits } from "../limits.ts";
import { Connection, type ConnectionOwner } from "./connection.ts";
import type { Edge, EdgeServices, OpenLine } from "./line.ts";

/** Packets of unauthenticated clients handled per event-loop turn. */
const UNAUTHENTICATED_PER_TURN = 4;

export interface LocalEdgeOptions {
  readonly bind: string;
  readonly port: number;
  readonly services: EdgeServices;
  readonly admission: Admission;
  readonly open: OpenLine;
}

export class LocalEdge implements Edge {
  readonly #services: EdgeServices;
  readonly #open: OpenLine;
  readonly #listener: Deno.TcpListener;
  readonly #acceptor: Acceptor<Connection>;
  readonly #turnstile = new Turnstile(UNAUTHENTICATED_PER_TURN);
  readonly #owner: ConnectionOwner = {
    turn: (address) => this.#turnstile.pass(address),
    signedOn: (connection) => this.#acceptor.settled(connection),
    ended: (connection) => {
      this.#acceptor.settled(connection);
      // Released only when its socket is freed: otherwise clients that read
      // nothing could leave behind any number of sockets that no limit counts.
      connection.whenFree(() => this.#acceptor.released(connection));
    },
  };
  #accepting: Promise<void> | undefined;

  /** Binds the port. Throws CannotListen. */
  constructor({ bind, port, services, admission, open }: LocalEdgeOptions) {
    this.#services = services;
    this.#open = open;
    this.#listener = listenTcp("server.chat_port", bind, port);
    const { counters, log } = services;
    this.#acceptor = new Acceptor<Connection>({
      listener: this.#listener,
      log,
      name: "connection",
      limits: () => acceptorLimits(services.settings.limits),
      refuse: (address) => admission.refusal(address),
      isUncounted: (address) => admission.isUncounted(address),
      onRefused: () => counters.connectionsRefused++,
      onYielded: () => counters.strangersClosed++,
      clock: services.steady,
      open: (conn) => this.#connect(new TcpWire(conn)),
    });
  }

  get address(): Deno.NetAddr {
    return this.#listener.addr as Deno.NetAddr;
  }

  start(): void {
    this.#accepting = this.#acceptor.run();
  }

  adopt(wire: Wire): Connection | undefined {
    return this.#acceptor.adopt(wire.remote.host, () => this.#connect(wire));
  }

  async stop(): Promise<void> {
    this.#acceptor.close();
    await this.#accepting;
  }

  #connect(wire: Wire): Connection {
    const connection = new Connection(
      wire,
      this.#open,
      this.#services,
      this.#owner,
    );
    void connection.run();
    return connection;
  }
}
