/**
 * The WebSockets of a browser: `/ws/chat` carries the bytes of a chat
 * connection, `/ws/voice` those of a voice link, `/ws/video` pictures. Behind
 * each is the same code that serves TCP (docs/browser.md).
 *
 * Text messages never belong to the stream of bytes. A client sends a ticket
 * as one; on `/ws/chat` it can also ask for a ticket, by the word "voice" or
 * "video", and is answered by that word and the ticket.
 *
 * @module
 */
import { memberFault } from "../../actions/emergency.ts";
import { readHandshake } from "../../net/websocket/handshake.ts";
import {
  CLOSE,
  type WebSocketLimits,
  type WebSocketWire,
} from "../../net/websocket/wire.ts";
import { bareResponse } from "../../net/http/response.ts";
import { Upgrade } from "../../net/http/upgrade.ts";
import type { Site, Visitor } from "../site.ts";
import type { ChatLine, Owner, SocketPorts } from "./ports.ts";
import type { Purpose, SocketPurpose, Ticket } from "./tickets.ts";

const PATHS: ReadonlyMap<string, SocketPurpose> = new Map([
  ["/ws/chat", "chat"],
  ["/ws/voice", "voice"],
  ["/ws/video", "video"],
]);

/** The subprotocol without a ticket, and the prefix of one that is a ticket. */
const PROTOCOL = "retropal";
const TICKET_PROTOCOL = "ticket.";
/** Longest foreign Origin header in the log, in characters. */
const MOST_ORIGIN = 200;
/** Milliseconds in which the first message must bring a ticket. */
const TICKET_MS = 10_000;
const SWEEP_MS = 500;
/** A packet and its header fit into one chat message. */
const MAX_MESSAGE: Readonly<Record<SocketPurpose, number>> = {
  chat: 70_000,
  voice: 8192,
  video: 70_000,
};
const FRAMES_PER_SECOND = 100;
const NO_TICKET = "Missing, used or expired ticket.";

export class Sockets {
  readonly #site: Site;
  readonly #ports: SocketPorts;
  /** Connections that have not sent a ticket yet. */
  readonly #waiting = new Set<WebSocketWire>();
  /** Voice and video connections, which end with their chat session. */
  readonly #owned = new Map<WebSocketWire, Owner>();
  readonly #sweep: ReturnType<typeof setInterval>;

  constructor(site: Site, ports: SocketPorts) {
    this.#site = site;
    this.#ports = ports;
    this.#sweep = setInterval(() => this.#endOrphans(), SWEEP_MS);
  }

  /** Returns true for a path that accepts only WebSockets. */
  has(path: string): boolean {
    return PATHS.has(path);
  }

  #sayOrigin(origin: string, { address, origin: expected }: Visitor): void {
    if (!this.#site.outsideLines.take(address)) return;
    this.#site.log.info("WebSocket refused: origin", {
      address,
      origin: origin.slice(0, MOST_ORIGIN),
      expected,
    });
  }

  answer(request: Request, visitor: Visitor): Response | Upgrade {
    const purpose = PATHS.get(new URL(request.url).pathname)!;
    const handshake = readHandshake(request.method, request.headers);
    if ("status" in handshake) {
      const { status, sentence, headers } = handshake;
      return bareResponse(status, sentence, headers);
    }
    if (request.headers.get("origin") !== visitor.origin) {
      this.#sayOrigin(request.headers.get("origin") ?? "", visitor);
      return bareResponse(403, "Not from a page of this server.");
    }
    if (purpose === "video" && this.#ports.video === undefined) {
      return bareResponse(404, "There is no video here.");
    }
    const { key, protocols } = handshake;
    const shown = protocols.find((one) => one.startsWith(TICKET_PROTOCOL));
    const ticket = shown === undefined
      ? undefined
      : this.redeem(shown.slice(TICKET_PROTOCOL.length), purpose);
    if (shown !== undefined && ticket === undefined) {
      return bareResponse(403, NO_TICKET);
    }
    const chosen = protocols.includes(PROTOCOL) ? PROTOCOL : shown;
    return new Upgrade(
      key,
      chosen,
      visitor.address,
      this.#limits(purpose),
      (wire) => void this.#serve(wire, purpose, ticket),
    );
  }

  /** Ends connections that have not been assigned yet. */
  close(): void {
    clearInterval(this.#sweep);
    for (const wire of this.#waiting) {
      void wire.end(CLOSE.goingAway, "The server is going down.");
    }
  }

  /** Returns a valid ticket of an account whose password has not changed. */
  redeem(token: string, purpose: Purpose): Ticket | undefined {
    const { tickets, store, clock } = this.#site;
    const ticket = tickets.redeem(token, purpose, clock());
    if (ticket === undefined) return undefined;
    const account = store.accounts.get(ticket.uid);
    return account?.passwordHash === ticket.passwordHash &&
        memberFault(store, account) === null
      ? ticket
      : undefined;
  }

  /** Ends voice and video connections whose chat session has ended. */
  #endOrphans(): void {
    for (const [wire, { uid, session }] of this.#owned) {
      if (this.#ports.sessionOf(uid) === session) continue;
      this.#owned.delete(wire);
      void wire.end(CLOSE.normal, "The chat has ended.");
    }
  }

  #limits(purpose: SocketPurpose): WebSocketLimits {
    const { limits } = this.#site.config();
    return {
      maxMessage: MAX_MESSAGE[purpose],
      framesPerSecond: purpose === "chat"
        ? Math.max(FRAMES_PER_SECOND, 2 * limits.packets_per_second)
        : FRAMES_PER_SECOND,
    };
  }

  async #serve(
    wire: WebSocketWire,
    purpose: SocketPurpose,
    ticket: Ticket | undefined,
  ): Promise<void> {
    if (purpose === "chat") return this.#chat(wire, ticket);
    const shown = ticket ?? await this.#firstTicket(wire, purpose);
    if (shown === undefined) {
      return await wire.end(CLOSE.policyViolation, NO_TICKET);
    }
    const owner: Owner = { uid: shown.uid, session: shown.session };
    if (this.#ports.sessionOf(owner.uid) !== owner.session) {
      return await wire.end(CLOSE.policyViolation, "The chat has ended.");
    }
    const taken = purpose === "voice"
      ? this.#ports.voice(wire, owner)
      : this.#ports.video?.(wire, owner) ?? false;
    if (!taken) {
      return await wire.end(CLOSE.tryAgainLater, "Too many connections.");
    }
    this.#owned.set(wire, owner);
    await wire.closed;
    this.#owned.delete(wire);
  }

  #chat(wire: WebSocketWire, ticket: Ticket | undefined): void {
    const line = this.#ports.chat(wire);
    if (line === undefined) {
      return void wire.end(CLOSE.tryAgainLater, "The server is full.");
    }
    if (ticket !== undefined) line.allow(ticket.uid);
    wire.onText = (text) => this.#chatText(wire, line, text);
  }

  /**
   * Returns false for a text that is neither a ticket nor a request for one.
   */
  #chatText(wire: WebSocketWire, line: ChatLine, text: string): boolean {
    if (text !== "voice" && text !== "video" && text !== "profile") {
      const ticket = this.redeem(text, "chat");
      if (ticket !== undefined) line.allow(ticket.uid);
      return ticket !== undefined;
    }
    const owner = line.owner();
    const token = owner && this.issue(text, owner);
    if (token !== undefined) wire.sendText(`${text} ${token}`);
    return token !== undefined;
  }

  /** Issues a ticket for an account and, except for chat, its session. */
  issue(purpose: Purpose, owner: Owner): string | undefined {
    const { tickets, store, clock } = this.#site;
    const account = store.accounts.get(owner.uid);
    return account && tickets.issue({
      purpose,
      ...owner,
      passwordHash: account.passwordHash,
    }, clock());
  }

  async #firstTicket(
    wire: WebSocketWire,
    purpose: SocketPurpose,
  ): Promise<Ticket | undefined> {
    this.#waiting.add(wire);
    const timer = setTimeout(
      () => void wire.end(CLOSE.policyViolation, NO_TICKET),
      TICKET_MS,
    );
    try {
      const token = await wire.firstMessage();
      return token === undefined ? undefined : this.redeem(token, purpose);
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(wire);
    }
  }
}
