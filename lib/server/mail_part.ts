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

export class MailPart implements Disposable {
  readonly #core: Core;
  readonly #endpoints: () => Status["endpoints"];
  readonly #outbox: Outbox;

  constructor(core: Core, endpoints: () => Status["endpoints"]) {
    this.#core = core;
    this.#endpoints = endpoints;
    this.#outbox = new Outbox({
      config: () => core.config.current,
      log: logger("mail"),
    });
  }

  /** Null while the host has not configured e-mail, or serves no pages. */
  letters(): Letters | null {
    const { current } = this.#core.config;
    const endpoints = this.#endpoints();
    if (!isConfigured(current) || endpoints.web === null) return null;
    return {
      send: (mail) => this.#outbox.add(mail),
      // Never uses a visitor's Host header, because other users follow the
      // link.
      origin: current.files.drop_url.replace(/\/$/, "") ||
        publicOrigin(current, endpoints),
      serverName: current.server.name,
    };
  }

  [Symbol.dispose](): void {
    this.#outbox[Symbol.dispose]();
  }
}
