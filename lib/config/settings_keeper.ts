/**
 * Changing settings of a running server: checked as a whole, written into the
 * file between the host's own comments, and then in force.
 *
 * @module
 */
import type { ReloadReport } from "./live_config.ts";
import { writeSettings } from "./config_file.ts";
import { checkSetting, loadConfig, type Origin, type Sources } from "./load.ts";
import type { Value } from "./setting.ts";

export interface KeeperOptions {
  /** retropal.toml */
  readonly path: string;
  /** What comes before the file, and the file as it is now. */
  readonly sources: () => Sources;
  /** Has the server read its settings again. */
  readonly reload: () => ReloadReport;
}

export interface SettingChange {
  readonly value: Value;
  /** False: it takes effect after a restart. */
  readonly inForce: boolean;
}

export class SettingsKeeper {
  readonly #options: KeeperOptions;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Where each value comes from. Throws ConfigError for a file that is wrong. */
  origins(): ReadonlyMap<string, Origin> {
    return loadConfig(this.#options.sources()).origins;
  }

  /**
   * Writes settings and applies those that are live. Rejects with ConfigError,
   * and then neither the file nor the server has changed.
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
