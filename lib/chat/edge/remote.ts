/**
 * Lines whose sockets belong to gateways: messages from gateways go to the
 * server, and frames from the server leave as messages. Bytes shared by several
 * lines of one gateway are sent once.
 *
 * @module
 */
import type { Message } from "../../cluster/wire.ts";
import type { Session } from "../../domain/session.ts";
import {
  type BegunLine,
  type LinePlace,
  RemoteLine,
  type RemoteLinesOptions,
} from "./remote_line.ts";

export type {
  BegunLine,
  LinePlace,
  RemoteLinesOptions,
} from "./remote_line.ts";

type Write = Extract<Message, { what: "write" }> & { lines: number[] };
interface Gateway {
  readonly lines: Map<number, RemoteLine>;
  /** The latest message, while more lines may still be added to it. */
  write: Write | undefined;
}

export class RemoteLines {
  readonly #options: RemoteLinesOptions;
  readonly #gateways = new Map<number, Gateway>();
  /** Lines by the number of their session. */
  readonly #lines = new Map<number, RemoteLine>();

  constructor(options: RemoteLinesOptions) {
    this.#options = options;
  }

  /** Returns the number of lines of one gateway. */
  count(gateway: number): number {
    return this.#gateways.get(gateway)?.lines.size ?? 0;
  }

  /** The gateway of each session, by the session's number. */
  readonly gatewayOf = new Map<number, number>();

  /** Handles a message about a line. Returns false for any other message. */
  take(gateway: number, message: Message): boolean {
    if (message.what === "open") {
      this.#open(gateway, message);
      return true;
    }
    if (!("line" in message)) return false;
    // The line may have ended on this side already.
    this.#gateways.get(gateway)?.lines.get(message.line)?.take(message);
    return true;
  }

  /** Ends all lines of a gateway that has gone, without notice. */
  lost(gateway: number): void {
    const lines = [...this.#gateways.get(gateway)?.lines.values() ?? []];
    this.#gateways.delete(gateway);
    for (const line of lines) line.gone("dead", "its gateway is gone");
  }

  /**
   * Marks the messages pushed so far as being sent: they must not change any
   * more.
   */
  seal(): void {
    for (const gateway of this.#gateways.values()) gateway.write = undefined;
  }

  /** Continues a line taken over from another core. */
  restore(gateway: number, begun: BegunLine): void {
    const line = this.#add(gateway, begun, begun.session);
    begun.setUp(line.session);
    line.resume(begun.pending);
  }

  /** Returns where the socket of a session is; undefined: in this process. */
  placeOf({ id }: Session): LinePlace | undefined {
    const gateway = this.gatewayOf.get(id);
    if (gateway === undefined) return undefined;
    const line = this.#lines.get(id);
    return line && { gateway, ...line.place };
  }

  /** Drops all lines without notice, because another core continues them. */
  abandon(): void {
    for (const line of [...this.#lines.values()]) line.abandon();
  }

  #open(
    gateway: number,
    { line: id, remote, local }: Extract<Message, { what: "open" }>,
  ): void {
    this.#add(gateway, { id, remote, local });
  }

  #add(
    gateway: number,
    { id, remote, local }: Pick<BegunLine, "id" | "remote" | "local">,
    again?: Pick<Session, "id" | "connectedAt">,
  ): RemoteLine {
    let at = this.#gateways.get(gateway);
    if (at === undefined) {
      this.#gateways.set(gateway, at = { lines: new Map(), write: undefined });
    }
    const { lines } = at;
    const line = new RemoteLine(this.#options, {
      push: (message) => this.#push(gateway, message),
      write: (frames, mark) => this.#write(gateway, id, frames, mark),
      ended: (session) => {
        lines.delete(id);
        this.gatewayOf.delete(session.id);
        this.#lines.delete(session.id);
      },
    }, { id, remote, local, again });
    lines.set(id, line);
    this.gatewayOf.set(line.session.id, gateway);
    this.#lines.set(line.session.id, line);
    return line;
  }

  #push(gateway: number, message: Message): void {
    const at = this.#gateways.get(gateway);
    if (at !== undefined) at.write = undefined;
    this.#options.push(gateway, message);
  }

  #write(gateway: number, line: number, frames: Uint8Array, mark: number) {
    const at = this.#gateways.get(gateway);
    if (at === undefined) return;
    if (mark === 0 && at.write?.frames === frames) {
      at.write.lines.push(line);
      return;
    }
    const message: Write = { what: "write", lines: [line], mark, frames };
    this.#options.push(gateway, message);
    at.write = mark === 0 ? message : undefined;
  }
}
