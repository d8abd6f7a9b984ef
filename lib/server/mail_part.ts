/**
 * E-mail of the running server.
 *
 * @module
 */
import { publicOrigin } from "../commands/public_origin.ts";
import { Outbox } from "../mail/outbox.ts";
import { isConfigured } from "../mail/smtp.ts";
import type { Letters } from "../ops/letters.ts";
import type { Status } from "../ops/live.ts";
import { logger } from "../ops/log.ts";
import type { Core } from "./core.ts";

export class MailPart implements AsyncDisposable {
  readonly #core: Core;
  readonly #endpoints: () => Status["endpoints"];
  readonly #outbox: Outbox;
  readonly #unsubscribe: () => void;

  constructor(core: Core, endpoints: () => Status["endpoints"]) {
    this.#core = core;
    this.#endpoints = endpoints;
    const { mails } = core.store;
    this.#outbox = new Outbox({
      mails,
      config: () => core.config.current,
      log: logger("mail"),
      clock: core.clock,
    });
    let settings = JSON.stringify(core.config.current.mail);
    this.#unsubscribe = core.config.onChange(() => {
      const now = JSON.stringify(core.config.current.mail);
      if (now === settings) return;
      settings = now;
      // What failed by the old settings need not wait any longer.
      mails.makeDue(core.clock());
      this.#outbox.wake();
    });
  }

  /** Null while the host has not configured e-mail, or serves no pages. */
  letters(): Letters | null {
    const { current } = this.#core.config;
    const endpoints = this.#endpoints();
    if (!isConfigured(current) || endpoints.web === null) return null;
    return {
      send: (letter) => this.#outbox.add(letter),
      wake: () => this.#outbox.wake(),
      // Never uses a visitor's Host header, because other users follow the
      // link.
      origin: publicOrigin(current, endpoints),
      serverName: current.server.name,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe();
    await this.#outbox[Symbol.asyncDispose]();
  }
}
