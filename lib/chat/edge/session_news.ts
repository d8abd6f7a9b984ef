/**
 * What a gateway must know of the session of one of its lines.
 *
 * @module
 */
import type { Message } from "../../cluster/wire.ts";
import type { Session } from "../../domain/session.ts";

type News = Extract<Message, { what: "session" }>;

export class SessionNews {
  readonly #session: Session;
  #told: News;

  constructor(line: number, session: Session) {
    this.#session = session;
    this.#told = {
      what: "session",
      line,
      phase: "new",
      uid: 0,
      saidGoodbye: false,
      dialect: "5.0",
    };
  }

  /** Notes that the gateway knows the session as it is now. */
  known(): void {
    const { phase, uid, saidGoodbye, dialect: { client } } = this.#session;
    this.#told = { ...this.#told, phase, uid, saidGoodbye, dialect: client };
  }

  /** Returns what to tell the gateway; undefined when nothing has changed. */
  take(): News | undefined {
    const { phase, uid, saidGoodbye, dialect: { client } } = this.#session;
    const told = this.#told;
    if (
      told.phase === phase && told.dialect === client &&
      told.saidGoodbye === saidGoodbye && told.uid === uid
    ) return undefined;
    this.known();
    return this.#told;
  }
}
