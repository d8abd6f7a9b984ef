/**
 * Changes settings of a running server: checks them together, writes them into
 * the file without touching its comments, and applies them.
 *
 * @module
 */
import type { ReloadReport } from "./live_config.ts";
import { writeSettings } from "./config_file.ts";
import { checkSetting, loadConfig, type Origin, type Sources } from "./load.ts";
import type { Value } from "./setting.ts";

export interface KeeperOptions {
  /** Path of retropal.toml. */
  readonly path: string;
  /**
   * Reads the current sources: the file, and the ones that take precedence over
   * it.
   */
  readonly sources: () => Sources;
  /** Makes the server read its settings again. */
  readonly reload: () => ReloadReport;
}

export interface SettingChange {
  readonly value: Value;
  /** False if it takes effect after a restart. */
  readonly inForce: boolean;
}

export class SettingsKeeper {
  readonly #options: KeeperOptions;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /**
   * Returns the source of each value. Throws ConfigError for an invalid file.
   */
  origins(): ReadonlyMap<string, Origin> {
    return loadConfig(this.#options.sources()).origins;
  }

  /**
   * Writes settings and applies the live ones. Rejects with ConfigError, with
   * the file and the server unchanged.
   */
  async change(
    changes: Readonly<Record<string, unknown>>,
  ): Promise<ReadonlyMap<string, SettingChange>> {
    const { path, sources, reload } = this.#options;
    const values = Object.entries(changes).map(([key, raw]) =>
      [key, checkSetting(key, raw, "this form")] as const
    );
    await writeSettings(path, values, (text) => {
      loadConfig({ ...sources(), file: { path, text } });
    });
    const { needRestart } = reload();
    return new Map(values.map(([key, value]) => [
      key,
      { value, inForce: !needRestart.includes(key) },
    ]));
  }
}
