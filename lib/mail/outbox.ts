/**
 * E-mail that waits to be sent: one at a time, tried again when the SMTP server
 * cannot be reached. In memory, because what it carries is asked for again.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { Mail } from "../ops/letters.ts";
import type { Logger } from "../ops/log.ts";
import { deliver, MailError } from "./smtp.ts";

const MOST_WAITING = 200;
/** Waits before the second, third and fourth try. */
const RETRIES_MS = [60_000, 300_000, 1_800_000] as const;

export interface OutboxOptions {
  readonly config: () => Config;
  readonly log: Logger;
  /** Waits before each further try. */
  readonly retriesMs?: readonly number[];
}

export class Outbox implements Disposable {
  readonly #options: OutboxOptions;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** False when too many wait already. */
  add(mail: Mail): boolean {
    if (this.#closed || this.#waiting >= MOST_WAITING) {
      this.#options.log.warn("mail dropped: too many wait");
      return false;
    }
    this.#waiting++;
    this.#queue(mail, 0);
    return true;
  }

  /** Mails that wait are dropped. */
  [Symbol.dispose](): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #queue(mail: Mail, tries: number): void {
    this.#last = this.#last.then(() => this.#try(mail, tries));
  }

  async #try(mail: Mail, tries: number): Promise<void> {
    if (this.#closed) return;
    const { config, log, retriesMs = RETRIES_MS } = this.#options;
    const { subject } = mail;
    try {
      await deliver(config(), mail);
      log.info("mail sent", { subject });
    } catch (error) {
      const wait = retriesMs[tries];
      const again = error instanceof MailError && error.isTemporary &&
        wait !== undefined && !this.#closed;
      log.warn("mail could not be sent", {
        subject,
        again,
        error: String(error),
      });
      if (again) {
        const timer = setTimeout(() => {
          this.#timers.delete(timer);
          this.#queue(mail, tries + 1);
        }, wait);
        this.#timers.add(timer);
        return;
      }
    }
    this.#waiting--;
  }
}
