/**
 * Shared by all sources of commands in one process: the control channel, the
 * system user in chat and the host's desk get their contexts here.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { LiveConfig, type ReloadReport } from "../config/live_config.ts";
import { ConfigError } from "../config/load.ts";
import type { Store } from "../domain/store.ts";
import type { Live } from "../ops/live.ts";
import type { Actor, Context, Hasher } from "./command.ts";

export interface HostOptions {
  readonly store: Store;
  readonly hasher: Hasher;
  readonly config: Config | LiveConfig;
  /** Reads flags, environment and file again. Throws ConfigError. */
  readonly readConfig?: () => Config;
  /** Opens the setup page; returns its token. */
  readonly openSetup?: () => string;
  readonly now?: () => number;
}

export class CommandHost {
  /** Set by the server while it is running. */
  live: Live | null = null;
  readonly store: Store;
  readonly hasher: Hasher;
  readonly #options: HostOptions;
  readonly #config: LiveConfig;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#config = LiveConfig.of(options.config);
    this.store = options.store;
    this.hasher = options.hasher;
  }

  /** The configuration in force. */
  get config(): Config {
    return this.#config.current;
  }

  context(
    actor: Actor,
    more: {
      readonly emit?: Context["emit"];
      readonly signal?: AbortSignal;
    } = {},
  ): Context {
    return {
      store: this.store,
      hasher: this.hasher,
      live: this.live,
      config: this.config,
      actor,
      now: this.#options.now ?? Date.now,
      emit: more.emit ?? (() => {}),
      signal: more.signal ?? new AbortController().signal,
      ...(this.#options.openSetup && { openSetup: this.#options.openSetup }),
      ...(this.#options.readConfig && { reload: () => this.reload() }),
    };
  }

  /**
   * Applies the live settings. Throws ConfigError, in which case nothing has
   * changed.
   */
  reload(): ReloadReport {
    const { readConfig } = this.#options;
    if (!readConfig) {
      throw new ConfigError(["There are no settings to reload."]);
    }
    return this.#config.take(readConfig());
  }
}
