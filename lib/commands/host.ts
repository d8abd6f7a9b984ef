/**
 * What every way to run a command shares in one process: the control channel,
 * the system user in chat and the host's desk ask it for their contexts.
 *
 * @module
 */
import {
  buildConfig,
  changedKeys,
  type Config,
  SETTINGS,
  valueAt,
} from "../config/config.ts";
import { ConfigError } from "../config/load.ts";
import type { Store } from "../domain/store.ts";
import type { Actor, Context, Hasher } from "./command.ts";
import type { Live } from "./live.ts";

/** What reading the configuration again did. */
export interface ReloadReport {
  /** Keys that differ and are in force now. */
  readonly applied: readonly string[];
  /** Keys that differ and need a restart. */
  readonly needRestart: readonly string[];
}

export interface HostOptions {
  readonly store: Store;
  readonly hasher: Hasher;
  readonly config: Config;
  /** Reads flags, environment and file again; throws ConfigError. */
  readonly readConfig?: () => Config;
  /** Called after a reload changed something, before the server hears of it. */
  readonly onConfig?: (config: Config) => void;
  readonly now?: () => number;
}

export class CommandHost {
  /** Set by the server when it runs. */
  live: Live | null = null;
  readonly store: Store;
  readonly hasher: Hasher;
  readonly #options: HostOptions;
  #config: Config;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#config = options.config;
    this.store = options.store;
    this.hasher = options.hasher;
  }

  /** The configuration in force. */
  get config(): Config {
    return this.#config;
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
      config: this.#config,
      actor,
      now: this.#options.now ?? Date.now,
      emit: more.emit ?? (() => {}),
      signal: more.signal ?? new AbortController().signal,
      ...(this.#options.readConfig && { reload: () => this.reload() }),
    };
  }

  /** Takes over what can change live. Throws ConfigError, then nothing did. */
  reload(): ReloadReport {
    const { readConfig, onConfig } = this.#options;
    if (!readConfig) throw new ConfigError(["There is nothing to read again."]);
    const before = this.#config;
    const read = readConfig();
    const changed = changedKeys(before, read);
    const isLive = (key: string) => SETTINGS.get(key)?.live === true;
    const applied = changed.filter(isLive);
    if (applied.length > 0) {
      this.#config = buildConfig((key) =>
        valueAt(isLive(key) ? read : before, key)
      );
      onConfig?.(this.#config);
      this.live?.configChanged(this.#config);
    }
    return { applied, needRestart: changed.filter((key) => !isLive(key)) };
  }
}
