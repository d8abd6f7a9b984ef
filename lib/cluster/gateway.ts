/**
 * The chat side of a gateway: sockets, connection limits, and the queues to
 * clients. It forwards the clients' packets to the core, and writes the core's
 * frames.
 *
 * @module
 */
import { Counters } from "../chat/counters.ts";
import { FAREWELLS } from "../chat/departure.ts";
import type { Connection } from "../chat/edge/connection.ts";
import type {
  EdgeServices,
  Line,
  LineHandler,
  ReceivedFrame,
} from "../chat/edge/line.ts";
import { LocalEdge } from "../chat/edge/local.ts";
import type { Receipt } from "../domain/effects.ts";
import { Session } from "../domain/session.ts";
import type { Admission } from "../net/admission.ts";
import type { Endpoint } from "../net/wire.ts";
import { dialectNamed } from "../protocol/dialects/table.ts";
import type { Message } from "./wire.ts";

const SWEEP_MS = 2000;

export interface GatewayChatOptions {
  readonly bind: string;
  readonly port: number;
  readonly services: EdgeServices;
  readonly admission: Admission;
  readonly send: (message: Message) => void;
}

export class GatewayChat {
  readonly edge: LocalEdge;
  readonly #options: GatewayChatOptions;
  readonly #lines = new Map<number, GatewayLine>();
  readonly #sweep: ReturnType<typeof setInterval>;
  #next = 1;

  /** Binds the port. Throws CannotListen. */
  constructor(options: GatewayChatOptions) {
    this.#options = options;
    const { bind, port, services, admission } = options;
    this.edge = new LocalEdge({
      bind,
      port,
      services,
      admission,
      open: (line, remote, local) => this.#open(line, remote, local),
    });
    this.#sweep = setInterval(() => this.#look(), SWEEP_MS);
  }

  get connections(): number {
    return this.#lines.size;
  }

  /** Handles a message of the core about lines; returns false for any other. */
  take(message: Message): boolean {
    if (message.what === "write") {
      const { frames, mark } = message;
      for (const id of message.lines) this.#lines.get(id)?.write(frames, mark);
      return true;
    }
    if (!("line" in message)) return false;
    this.#lines.get(message.line)?.take(message);
    return true;
  }

  /** Closes all connections, because the core has forgotten them. */
  endAll(reason: string): void {
    for (const { line } of [...this.#lines.values()]) line.end(reason);
  }

  /** Closes the connections that the current rules refuse. */
  refuse(): void {
    const { admission } = this.#options;
    for (const { line, session } of [...this.#lines.values()]) {
      const reason = admission.refusal(session.address);
      if (reason !== undefined && session.phase !== "online") line.end(reason);
    }
  }

  /**
   * Sends a farewell to all clients. Resolves when all connections are closed.
   */
  async closeAll(sentence: string, reason: string): Promise<void> {
    const farewell = FAREWELLS.close(sentence);
    await Promise.all(
      [...this.#lines.values()].map(({ line, session }) => {
        if (session.phase === "online" && line.push(farewell)) line.flush();
        return line.close(reason);
      }),
    );
  }

  async stop(sentence: string): Promise<void> {
    clearInterval(this.#sweep);
    await this.edge.stop();
    await this.closeAll(sentence, "gateway stops");
  }

  #open(line: Line, remote: Endpoint, local: Endpoint): LineHandler {
    const { services, send } = this.#options;
    const id = this.#next++;
    const session = new Session(
      id,
      remote.host,
      local.host,
      services.clock(),
    );
    session.localPort = local.port;
    const handler = new GatewayLine(
      line as Connection,
      session,
      send,
      () => this.#lines.delete(id),
    );
    this.#lines.set(id, handler);
    send({ what: "open", line: id, remote, local });
    return handler;
  }

  #look(): void {
    const { services } = this.#options;
    const now = services.steady();
    const stuck = 1000 * services.settings.limits.stuck_seconds;
    for (const { line, tellQueue } of [...this.#lines.values()]) {
      if (line.stuckFor(now) > stuck) {
        services.counters.slowClientsClosed++;
        line.dead("the client takes nothing any more");
      } else tellQueue();
    }
  }
}

/** Forwards the packets of one client. */
class GatewayLine implements LineHandler {
  readonly #send: (message: Message) => void;
  readonly #ended: () => void;
  /** Resolvers for packets before sign-on that the core has not handled yet. */
  #asked: (() => void)[] = [];
  #version = 0;
  #queue = 0;
  #isOver = false;

  constructor(
    readonly line: Connection,
    readonly session: Session,
    send: (message: Message) => void,
    ended: () => void,
  ) {
    this.#send = send;
    this.#ended = ended;
  }

  get who(): Record<string, unknown> {
    const { id, address } = this.session;
    return { line: id, address };
  }

  silent(): void {
    this.#send({ what: "silent", line: this.session.id });
  }

  frameIn({ version }: ReceivedFrame): void {
    this.#version = version;
  }

  frameOut(): void {}

  packet(type: number, view: Uint8Array): void | Promise<void> {
    const { id, phase } = this.session;
    this.#send({
      what: "packet",
      line: id,
      type,
      version: this.#version,
      // Copied, because the connection reuses its buffer for the next packet.
      payload: view.slice(),
    });
    if (phase === "online") return;
    // Before sign-on only one packet at a time is handled, and a client whose
    // password is being checked is not dropped to make room.
    return new Promise((resolve) => this.#asked.push(resolve));
  }

  overRate(): void {
    this.#send({ what: "over rate", line: this.session.id });
  }

  written(receipt: Receipt): void {
    if (receipt.what !== "mark") return;
    const { mark } = receipt;
    this.#send({ what: "written", line: this.session.id, mark });
  }

  expel(sentence: string, reason: string): void {
    this.#send({ what: "expel", line: this.session.id, sentence, reason });
  }

  ended(reason: string): void {
    const { id, ending } = this.session;
    this.#isOver = true;
    for (const resolve of this.#asked.splice(0)) resolve();
    this.#ended();
    this.#send({ what: "gone", line: id, ending, reason });
  }

  write(frames: Uint8Array, mark: number): void {
    const due = mark === 0
      ? this.line.push(frames)
      : this.line.push(frames, { what: "mark", mark });
    if (due) this.line.flush();
  }

  take(message: Message): void {
    switch (message.what) {
      case "session":
        return this.#know(message);
      case "handled":
        this.line.answered(message.bytes);
        this.#asked.shift()?.();
        return;
      case "hold":
        return this.line.hold(message.ms);
      case "grant":
        return this.session.heldBack.grant(message.count);
      case "close":
        void this.line.close(message.reason);
        return;
      case "end":
        return this.line.end(message.reason);
    }
  }

  #know(
    { phase, dialect, saidGoodbye }: Extract<Message, { what: "session" }>,
  ): void {
    const { session } = this;
    const wasOnline = session.phase === "online";
    session.phase = phase;
    session.dialect = dialectNamed(dialect);
    session.saidGoodbye = saidGoodbye;
    if (phase === "online" && !wasOnline) this.line.signedOn();
  }

  readonly tellQueue = (): void => {
    const bytes = this.line.queuedBytes;
    if (bytes === this.#queue || this.#isOver) return;
    this.#queue = bytes;
    this.#send({ what: "queue", line: this.session.id, bytes });
  };
}

/** Returns the counters that a gateway reports to the core. */
export function countersOf(counters: Counters) {
  return {
    packetsOverRate: counters.packetsOverRate,
    slowClientsClosed: counters.slowClientsClosed,
    floodersClosed: counters.floodersClosed,
    connectionsRefused: counters.connectionsRefused,
    strangersClosed: counters.strangersClosed,
  };
}
