/**
 * Commands that run in the process of the command line: they start the server,
 * write files, or examine the machine.
 *
 * @module
 */
import type { Loaded, Sources } from "../config/load.ts";
import type { DataFolder } from "../config/data_folder.ts";
import type { Command, CommandResult, Context } from "../commands/command.ts";
import type { Fields, InputOf } from "../commands/field.ts";
import type { Terminal } from "./terminal.ts";

/** Context of such a command. */
export interface Local {
  readonly terminal: Terminal;
  readonly folder: DataFolder;
  readonly json: boolean;
  /**
   * Returns a command line for this folder, such as `retropal serve --data
   * DIR`.
   */
  commandLine(words: string): string;
  /** Returns the sources for {@linkcode loadConfig}. */
  configSources(flags?: Readonly<Record<string, string>>): Sources;
  /**
   * Loads the configuration from flags, environment and file. Throws
   * ConfigError.
   */
  loadConfig(flags?: Readonly<Record<string, string>>): Loaded;
  /** Runs a command of the table, in the server or on the database. */
  run(
    path: readonly string[],
    input: Readonly<Record<string, unknown>>,
    secret?: string,
    more?: {
      readonly emit?: Context["emit"];
      readonly signal?: AbortSignal;
    },
  ): Promise<CommandResult>;
}

export interface LocalCommand
  extends Omit<Command, "run" | "role" | "chat" | "needsServer"> {
  run(
    local: Local,
    input: Readonly<Record<string, unknown>>,
    secret: string | undefined,
  ): CommandResult | Promise<CommandResult>;
}

/** Declares a local command whose `run` gets typed fields. */
export function localCommand<const F extends Fields>(
  definition: Omit<LocalCommand, "run" | "fields"> & {
    readonly fields: F;
    run(
      local: Local,
      input: InputOf<F>,
      secret: string | undefined,
    ): CommandResult | Promise<CommandResult>;
  },
): LocalCommand {
  return definition as unknown as LocalCommand;
}

/**
 * The properties that parsing and help use, common to both kinds of commands.
 */
export type Described = Omit<LocalCommand, "run">;
