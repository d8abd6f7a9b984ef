/**
 * The port through which use cases send e-mail, as types only. lib/mail
 * implements it.
 *
 * @module
 */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text, lines separated by "\n". */
  readonly text: string;
}

/** E-mail of a server whose host has configured it. */
export interface Letters {
  /** Queues a mail; false when too many wait. */
  send(mail: Mail): boolean;
  /** Where the pages are, such as "https://chat.example.org". */
  readonly origin: string;
  readonly serverName: string;
}
