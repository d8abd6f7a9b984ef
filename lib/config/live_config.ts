/**
 * The configuration in force. It has one owner: other modules read {@linkcode
 * LiveConfig.current} whenever they need a value, and subscribe with {@linkcode
 * LiveConfig.onChange} only where a change requires an action.
 *
 * @module
 */
import {
  buildConfig,
  changedKeys,
  type Config,
  SETTINGS,
  valueAt,
} from "./config.ts";

/** The effect of reading the configuration again. */
export interface ReloadReport {
  /** Keys that changed and are in force now. */
  readonly applied: readonly string[];
  /** Keys whose new values take effect after a restart. */
  readonly needRestart: readonly string[];
}

/** Called with the new configuration and the previous one. */
export type ConfigListener = (now: Config, before: Config) => void;

export class LiveConfig {
  #current: Config;
  readonly #listeners = new Set<ConfigListener>();
  readonly #reloads = new Set<() => void>();

  constructor(config: Config) {
    this.#current = config;
  }

  /** Wraps a fixed configuration; a LiveConfig is returned as it is. */
  static of(config: Config | LiveConfig): LiveConfig {
    return config instanceof LiveConfig ? config : new LiveConfig(config);
  }

  get current(): Config {
    return this.#current;
  }

  /** Returns an unsubscribe function. */
  onChange(listener: ConfigListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Calls `listener` after every reload, even when no setting changed, because
   * the files that settings refer to may have changed. Returns an unsubscribe
   * function.
   */
  onReload(listener: () => void): () => void {
    this.#reloads.add(listener);
    return () => void this.#reloads.delete(listener);
  }

  /** Applies the live settings of `read`; the others wait for a restart. */
  take(read: Config): ReloadReport {
    const before = this.#current;
    const changed = changedKeys(before, read);
    const applied = changed.filter(isLive);
    const needRestart = changed.filter((key) => !isLive(key));
    if (applied.length > 0) {
      this.#current = buildConfig((key) =>
        valueAt(isLive(key) ? read : before, key)
      );
      this.#tell(before);
    }
    for (const reloaded of [...this.#reloads]) reloaded();
    return { applied, needRestart };
  }

  /** Notifies the listeners. One that throws does not stop the others. */
  #tell(before: Config): void {
    const errors: unknown[] = [];
    for (const listener of [...this.#listeners]) {
      try {
        listener(this.#current, before);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}

/** Returns whether a running server applies a change of this setting. */
export function isLive(key: string): boolean {
  return SETTINGS.get(key)?.live === true;
}
