/**
 * Sends the mails that wait in the database, one at a time. A mail whose SMTP
 * server cannot be reached is tried again until it expires; one that was
 * refused stays listed for the host, without its text.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { Millis, StoredMail, StoredMails } from "../domain/store.ts";
import type { Letter } from "../ops/letters.ts";
import type { Logger } from "../ops/log.ts";
import { deliver, isConfigured, MailError } from "./smtp.ts";

const MOST_WAITING = 1000;
/** Waits before the further tries; the last one repeats. */
const RETRIES_MS = [60_000, 300_000, 1_800_000, 3_600_000] as const;
/** Failed mails are listed for this long. */
const LISTED_MS = 7 * 86_400_000;
/** Upper bound of a wait, because clocks step and settings change. */
const LOOK_MS = 60_000;
/** On shutdown, time for the mail that is being sent. */
const LAST_MS = 3000;

export interface OutboxOptions {
  readonly mails: StoredMails;
  readonly config: () => Config;
  readonly log: Logger;
  readonly clock: () => Millis;
  /** Waits before each further try. */
  readonly retriesMs?: readonly number[];
}

export class Outbox implements AsyncDisposable {
  readonly #options: OutboxOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #work: Promise<void> | undefined;
  #again = false;
  #closed = false;
  /** The store may be closed. */
  #gone = false;

  /** Continues with what an earlier run of the server left. */
  constructor(options: OutboxOptions) {
    this.#options = options;
    this.wake();
  }

  /** Stores a mail and sends it soon. Returns false when too many wait. */
  add({ to, subject, text, uid, lastsMs }: Letter): boolean {
    const { mails, log, clock } = this.#options;
    if (this.#closed || mails.waiting() >= MOST_WAITING) {
      log.warn("mail dropped: too many wait", { subject });
      return false;
    }
    const now = clock();
    mails.add({
      uid,
      recipient: to,
      subject,
      body: text,
      madeAt: now,
      nextAt: now,
      tries: 0,
      fault: "",
      failedAt: null,
      expiresAt: now + lastsMs,
    });
    this.wake();
    return true;
  }

  /** Sends what is due. */
  wake(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#work ??= this.#sendAll().finally(() => {
      this.#work = undefined;
      if (this.#again) this.wake();
    });
  }

  /** Mails that wait are sent by the next run of the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.#work === undefined) return;
    let timer;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_MS);
    });
    await Promise.race([this.#work, late]);
    clearTimeout(timer);
    this.#gone = true;
  }

  async #sendAll(): Promise<void> {
    const { config, log, mails, clock } = this.#options;
    this.#again = false;
    clearTimeout(this.#timer);
    let wait = LOOK_MS;
    try {
      while (!this.#closed && isConfigured(config())) {
        const mail = mails.next();
        if (mail === undefined) return;
        wait = mail.nextAt - clock();
        if (wait > 0) break;
        await this.#send(mail);
      }
    } catch (error) {
      log.error("mails cannot be sent", { error: String(error) });
      wait = LOOK_MS;
    }
    if (this.#closed) return;
    const delay = Math.min(Math.max(wait, 0), LOOK_MS);
    this.#timer = setTimeout(() => this.wake(), delay);
  }

  async #send(mail: StoredMail): Promise<void> {
    const { config, log, mails, clock } = this.#options;
    const { id, subject, recipient, body } = mail;
    if (mail.expiresAt <= clock()) {
      log.warn("mail expired before it could be sent", { id, subject });
      this.#fail(mail, mail.fault || "It expired before it could be sent.");
      return;
    }
    try {
      await deliver(config(), { to: recipient, subject, text: body });
      if (this.#gone) return;
      mails.remove(id);
      log.info("mail sent", { id, subject });
    } catch (error) {
      if (!(error instanceof MailError)) throw error;
      if (this.#gone) return;
      const again = error.isTemporary;
      log.warn("mail could not be sent", {
        id,
        subject,
        again,
        error: error.message,
      });
      if (again) this.#postpone(mail, error.message);
      else this.#fail(mail, error.message);
    }
  }

  #postpone(mail: StoredMail, fault: string): void {
    const { mails, clock, retriesMs = RETRIES_MS } = this.#options;
    const wait = retriesMs[Math.min(mail.tries, retriesMs.length - 1)] ?? 0;
    const nextAt = clock() + wait;
    mails.update({ ...mail, tries: mail.tries + 1, nextAt, fault });
  }

  #fail(mail: StoredMail, fault: string): void {
    const { mails, clock } = this.#options;
    const failedAt = clock();
    mails.update({
      ...mail,
      body: "",
      tries: mail.tries + 1,
      fault,
      failedAt,
      expiresAt: failedAt + LISTED_MS,
    });
  }
}
