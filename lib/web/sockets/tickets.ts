/**
 * One-time tickets with which a browser opens a WebSocket. A ticket belongs to
 * one account and, for voice and video, to one chat session. Addresses prove
 * nothing there, because all users behind one proxy or router share one.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import type { Millis, Uid } from "../../domain/store.ts";

/** The use of a ticket: to open a WebSocket, or to read one's own profile. */
export type Purpose = SocketPurpose | "profile";
export type SocketPurpose = "chat" | "voice" | "video";
export const SOCKET_PURPOSES: readonly SocketPurpose[] = [
  "chat",
  "voice",
  "video",
];

export interface Ticket {
  readonly purpose: Purpose;
  readonly uid: Uid;
  /** Number of the chat session; 0 for a ticket that opens a new one. */
  readonly session: number;
  /**
   * The password hash when it was issued: changing the password voids the
   * ticket.
   */
  readonly passwordHash: string;
}

export const TICKET_SECONDS = 30;
const TICKET_BYTES = 16;
/**
 * Maximum unused tickets, in total and per account; the oldest expire first.
 */
const MOST = 20_000;
const MOST_PER_ACCOUNT = 16;
const FORM = /^[\w-]{22}$/;

interface Kept extends Ticket {
  readonly until: Millis;
}

export class Tickets {
  /** Tickets by token, oldest first. */
  readonly #tickets = new Map<string, Kept>();
  readonly #perAccount = new Map<Uid, Set<string>>();

  get size(): number {
    return this.#tickets.size;
  }

  /** Returns the token of a new ticket. */
  issue(ticket: Ticket, now: Millis): string {
    this.#dropExpired(now);
    const own = this.#perAccount.get(ticket.uid) ?? new Set();
    this.#perAccount.set(ticket.uid, own);
    if (own.size >= MOST_PER_ACCOUNT) this.#drop(first(own));
    if (this.#tickets.size >= MOST) this.#drop(first(this.#tickets.keys()));
    const token = Buffer.from(randomBytes(TICKET_BYTES)).toString("base64url");
    const until = now + 1000 * TICKET_SECONDS;
    this.#tickets.set(token, { ...ticket, until });
    own.add(token);
    return token;
  }

  /**
   * Returns the ticket and voids it. Returns undefined when it does not exist.
   */
  redeem(token: string, purpose: Purpose, now: Millis): Ticket | undefined {
    if (!FORM.test(token)) return undefined;
    const ticket = this.#tickets.get(token);
    if (ticket === undefined) return undefined;
    this.#drop(token);
    return ticket.until > now && ticket.purpose === purpose
      ? ticket
      : undefined;
  }

  #dropExpired(now: Millis): void {
    for (const [token, { until }] of this.#tickets) {
      if (until > now) return;
      this.#drop(token);
    }
  }

  #drop(token: string | undefined): void {
    const ticket = token && this.#tickets.get(token);
    if (!ticket) return;
    this.#tickets.delete(token);
    const own = this.#perAccount.get(ticket.uid);
    own?.delete(token);
    if (own?.size === 0) this.#perAccount.delete(ticket.uid);
  }
}

function first(tokens: Iterable<string>): string | undefined {
  for (const token of tokens) return token;
  return undefined;
}
