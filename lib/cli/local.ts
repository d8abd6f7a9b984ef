/**
 * Commands that run in the process of the command line itself: they start the
 * server, write files for others, or look at the machine.
 *
 * @module
 */
import type { Loaded, Sources } from "../config/load.ts";
import type { DataFolder } from "../config/data_folder.ts";
import type { Command, CommandResult, Context } from "../commands/command.ts";
import type { Fields, InputOf } from "../commands/field.ts";
import type { Terminal } from "./terminal.ts";

/** The context of such a command. */
export interface Local {
  readonly terminal: Terminal;
  readonly folder: DataFolder;
  readonly json: boolean;
  /** A command line that works here, such as `retropal serve --data DIR`. */
  commandLine(words: string): string;
  /** What {@linkcode loadConfig} reads. */
  configSources(flags?: Readonly<Record<string, string>>): Sources;
  /** Flags before environment before file; throws ConfigError. */
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

/** A local command whose `run` knows the types of its fields. */
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

/** What parsing and help need to know of either kind. */
export type Described = Omit<LocalCommand, "run">;
