/**
 * Lines whose sockets belong to gateways: what arrives as messages goes to the
 * server, and what the server writes leaves as messages. The same bytes for
 * several lines of one gateway leave once.
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
  /** By the number of their session. */
  readonly #lines = new Map<number, RemoteLine>();

  constructor(options: RemoteLinesOptions) {
    this.#options = options;
  }

  /** Lines of one gateway. */
  count(gateway: number): number {
    return this.#gateways.get(gateway)?.lines.size ?? 0;
  }

  /** The gateway of each session, by the session's number. */
  readonly gatewayOf = new Map<number, number>();

  /** Takes a message about a line; false for any other. */
  take(gateway: number, message: Message): boolean {
    if (message.what === "open") {
      this.#open(gateway, message);
      return true;
    }
    if (!("line" in message)) return false;
    // It may have ended on this side already.
    this.#gateways.get(gateway)?.lines.get(message.line)?.take(message);
    return true;
  }

  /** All lines of a gateway have ended without a word. */
  lost(gateway: number): void {
    const lines = [...this.#gateways.get(gateway)?.lines.values() ?? []];
    this.#gateways.delete(gateway);
    for (const line of lines) line.gone("dead", "its gateway is gone");
  }

  /** Messages pushed so far are being sent: none of them may change. */
  seal(): void {
    for (const gateway of this.#gateways.values()) gateway.write = undefined;
  }

  /** Goes on with a line that another core has had. */
  restore(gateway: number, begun: BegunLine): void {
    const line = this.#add(gateway, begun, begun.session);
    begun.setUp(line.session);
    line.resume(begun.pending);
  }

  /** Where the socket of a session is; undefined: in this process. */
  placeOf({ id }: Session): LinePlace | undefined {
    const gateway = this.gatewayOf.get(id);
    if (gateway === undefined) return undefined;
    const line = this.#lines.get(id);
    return line && { gateway, ...line.place };
  }

  /** Lets all lines go without a word: another core goes on with them. */
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
