/**
 * The page's connection: signs on, and reconnects after a loss.
 *
 * @module
 */
import { Connection } from "../../lib/client/connection.ts";
import {
  askUid,
  authenticate,
  sendChecksums,
} from "../../lib/client/sign_on.ts";
import type { Endpoint } from "../../lib/client/transport.ts";
import {
  type TicketPurpose,
  WebSocketStream,
  webSocketTransport,
} from "../../lib/client/websocket.ts";
import type { Frame } from "../../lib/protocol/frame.ts";
import type { Packet } from "../../lib/protocol/layout.ts";
import { SERVER_TYPES } from "../../lib/protocol/packet_types.ts";
import type { Model } from "./model.ts";
import {
  fetchTicket,
  isRefusal,
  keepWebSession,
  NotSignedIn,
  sentenceOf,
  socketBase,
} from "./web_ticket.ts";

/**
 * Placeholder that the client library requires; a WebSocket has its own
 * address.
 */
const HERE: Endpoint = { host: "", port: 0 };
/** Milliseconds between requests that keep the web session from expiring. */
const KEEP_MS = 15 * 60_000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15_000, 30_000];

export interface Login {
  readonly nickname: string;
  /** Password, or "" to use this browser's web session. */
  readonly password: string;
}

export interface LinkOwner {
  /** Called with each frame of the current connection. */
  received(frame: Frame): void;
  /** Called after each sign-on. */
  cameOnline(): void;
  /** Called when the connection has ended, temporarily or permanently. */
  wentOffline(): void;
}

export class Link {
  isOnline = false;
  readonly #model: Model;
  readonly #owner: LinkOwner;
  #connection: Connection | undefined;
  #login: Login | undefined;
  #uid = 0;
  /**
   * User whose rooms stay in the model while a password is asked for; 0 for
   * none.
   */
  #keptUid = 0;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(model: Model, owner: LinkOwner) {
    this.#model = model;
    this.#owner = owner;
    setInterval(() => {
      if (this.isOnline && this.usesWebSession) keepWebSession();
    }, KEEP_MS);
  }

  /** Signs on. Rejects with a sentence for the user. */
  async signOn(login: Login): Promise<void> {
    const model = this.#model;
    model.phase = "connecting";
    model.sentence = "";
    model.changed();
    try {
      this.#login = login;
      this.#uid = 0;
      await this.#connect();
    } catch (error) {
      if (error instanceof NotSignedIn) model.asksPassword = true;
      model.phase = "signed-out";
      model.sentence = sentenceOf(error);
      this.#login = undefined;
      model.changed();
      throw error;
    }
  }

  /** Whether the user signed on by the web session of this browser. */
  get usesWebSession(): boolean {
    return this.#login?.password === "";
  }

  send<T>(packet: Packet<T>, value: T): void {
    this.#connection?.send(packet, value).catch(() => {});
  }

  /**
   * Requests a ticket for a voice link, for pictures or for the user's profile.
   */
  async ticket(purpose: TicketPurpose): Promise<string> {
    const stream = this.#connection?.stream;
    if (!(stream instanceof WebSocketStream)) throw new Error("not online");
    return await stream.ticket(purpose);
  }

  /** Closes a connection that seems dead, so that a new one is opened. */
  drop(): void {
    void this.#connection?.close();
  }

  /** Retries immediately instead of waiting. */
  retryNow(): void {
    if (this.#model.phase !== "lost") return;
    clearTimeout(this.#retry);
    this.#tries = 0;
    this.#tryAgain();
  }

  /** Ends the session permanently and shows `sentence` to the user. */
  end(sentence: string): void {
    clearTimeout(this.#retry);
    this.#login = undefined;
    this.#uid = 0;
    this.isOnline = false;
    this.#owner.wentOffline();
    const connection = this.#connection;
    this.#connection = undefined;
    void connection?.close().catch(() => {});
    this.#model.reset();
    this.#model.phase = "signed-out";
    this.#model.sentence = sentence;
    this.#model.changed();
  }

  async #connect(): Promise<void> {
    const login = this.#login!;
    this.isOnline = false;
    let password = login.password;
    let ticket: string | undefined;
    if (password === "") {
      const answer = await fetchTicket();
      if (this.#uid !== 0 && this.#uid !== answer.uid) {
        throw new NotSignedIn("Somebody else has signed in meanwhile.");
      }
      ticket = answer.ticket;
      this.#uid = answer.uid;
      password = "-";
    }
    const dial = async (at: Endpoint) => {
      const connection: Connection = await Connection.open({
        ...at,
        transport: webSocketTransport(socketBase(), {
          ticket: () => Promise.resolve(ticket),
        }),
        keeps: () => !this.isOnline,
        onFrame: (frame) => this.#take(connection, frame),
      });
      return connection;
    };
    if (this.#uid === 0) {
      this.#uid = await askUid(dial, HERE, login.nickname, 0);
    }
    if (this.#keptUid !== 0 && this.#keptUid !== this.#uid) this.#model.reset();
    const connection = await authenticate(dial, HERE, this.#uid, {
      nickname: login.nickname,
      password,
    });
    this.#connection = connection;
    this.#keptUid = 0;
    this.#model.asksPassword = false;
    this.isOnline = true;
    this.#tries = 0;
    connection.inbox.drain();
    this.#model.phase = "online";
    this.#owner.cameOnline();
    this.#model.changed();
    void connection.closed.then(() => this.#lost(connection));
  }

  #take(connection: Connection, frame: Frame): void {
    if (frame.type === SERVER_TYPES.USER_DATA.type) {
      sendChecksums(connection).catch(() => {});
    }
    this.#owner.received(frame);
  }

  #lost(connection: Connection): void {
    if (connection !== this.#connection || this.#login === undefined) return;
    this.#connection = undefined;
    this.isOnline = false;
    this.#owner.wentOffline();
    this.#model.phase = "lost";
    this.#model.lineLost();
    this.#tryAgain();
  }

  #tryAgain(): void {
    const delay = RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)]!;
    // Random delay, so that not all clients return at the same moment after a
    // restart.
    this.#retry = setTimeout(async () => {
      try {
        await this.#connect();
      } catch (error) {
        if (this.#login === undefined) return;
        if (error instanceof NotSignedIn) return this.#askPassword();
        if (isRefusal(error)) return this.end(sentenceOf(error));
        this.#tryAgain();
      }
    }, delay * (0.75 + Math.random() / 2));
  }

  /**
   * Asks for the password after the web session has ended; the rooms stay open.
   */
  #askPassword(): void {
    const model = this.#model;
    this.#login = undefined;
    this.#keptUid = this.#uid;
    this.#uid = 0;
    model.phase = "signed-out";
    model.asksPassword = true;
    model.sentence =
      "This browser is not signed in any more. Sign on to go on.";
    model.changed();
  }
}
