/**
 * The port through which use cases send e-mail, as types only. lib/mail
 * implements it.
 *
 * @module
 */
import type { Millis, Uid } from "../domain/store.ts";

/** What an SMTP server receives. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text, lines separated by "\n". */
  readonly text: string;
}

export interface Letter extends Mail {
  /** The account that the mail is about; it is not sent after its removal. */
  readonly uid: Uid | null;
  /** How long sending it makes sense, such as until its link expires. */
  readonly lastsMs: Millis;
}

/** E-mail of a server whose host has configured it. */
export interface Letters {
  /** Queues a mail; false when too many wait. */
  send(letter: Letter): boolean;
  /** Tries at once what has become due. */
  wake(): void;
  /** Where the pages are, such as "https://chat.example.org". */
  readonly origin: string;
  readonly serverName: string;
}
