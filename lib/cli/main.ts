/**
 * The command line: parses the arguments, runs the command, prints the result.
 *
 * @module
 */
import { CannotListen } from "../ops/listening.ts";
import {
  CODE,
  type Command,
  type CommandResult,
  failure,
  failureOf,
} from "../commands/command.ts";
import { type Field } from "../commands/field.ts";
import { readInput } from "../commands/read_input.ts";
import { oneLine } from "../commands/table_text.ts";
import { COMMANDS } from "../commands/table.ts";
import { type DataFolder, dataFolder } from "../config/data_folder.ts";
import { loadConfig } from "../config/load.ts";
import { runOnData, strangersFolder } from "./access.ts";
import { jsonText, print, quoting, TO_TRY } from "./answer.ts";
import { backup, restore } from "./backup.ts";
import { clientHosts, clientLocation, clientReg } from "./client.ts";
import { clusterPromote, clusterStatus } from "./cluster.ts";
import { completionsCommand } from "./completions.ts";
import { configCheck, configInit, configSet, configShow } from "./config.ts";
import { doctor } from "./doctor/doctor.ts";
import { withFileTexts, writeResultFile } from "./files.ts";
import { commandLine } from "./invocation.ts";
import { help } from "./help.ts";
import { inspect } from "./inspect.ts";
import { manCommand } from "./man.ts";
import type { Described, Local, LocalCommand } from "./local.ts";
import { decodeFile } from "../ops/file_bytes.ts";
import { osSentence } from "../ops/os_errors.ts";
import { type Options, parse } from "./parse.ts";
import { serve } from "./serve.ts";
import { service } from "./service/service.ts";
import { setup } from "./setup.ts";
import { Interrupted, realTerminal, type Terminal } from "./terminal.ts";
import { tlsAuthority } from "./tls.ts";
import { update } from "./update.ts";
import { version } from "./version.ts";

/** Commands that run in this process, in addition to the table. */
const LOCAL: readonly LocalCommand[] = [
  serve,
  setup,
  clientReg,
  clientLocation,
  clientHosts,
  backup,
  restore,
  configInit,
  configCheck,
  configShow,
  configSet,
  doctor,
  inspect,
  service,
  manCommand(() => ALL),
  completionsCommand(() => ALL),
  tlsAuthority,
  clusterStatus,
  clusterPromote,
  update,
  version,
];
/** All commands, in the order of `retropal --help`. */
export const ALL: readonly Described[] = [...LOCAL, ...COMMANDS];

/** Runs the command line. Resolves with the exit code. */
export async function main(
  args: readonly string[],
  terminal: Terminal = realTerminal(),
): Promise<number> {
  const parsed = parse(args, ALL);
  switch (parsed.kind) {
    case "help": {
      const text = help(parsed.path, ALL);
      if (text !== null) {
        terminal.out(text);
        return CODE.done;
      }
      terminal.err(
        `There is no \`${parsed.path.join(" ")}\`. \`${
          commandLine("--help", undefined)
        }\` lists the commands.`,
      );
      return CODE.usage;
    }
    case "error":
      return print(
        terminal,
        quoting(failure(CODE.usage, parsed.message), undefined, TO_TRY),
        parsed.json,
      );
    case "run": {
      const { command, raw, options } = parsed;
      const local = localOf(options, terminal);
      let result: CommandResult;
      try {
        const here = LOCAL.find((one) => one === command);
        result = here
          ? await runLocal(here, raw, options, local)
          : await runTable(command as Command, raw, options, local);
        result = writeResultFile(result);
        if (here) result = quoting(result, options.data);
      } catch (error) {
        if (error instanceof Interrupted) {
          terminal.err("Interrupted: nothing was changed.");
          return CODE.interrupted;
        }
        result = unexpected(error, local.folder);
      }
      if (result.failed) result = quoting(result, options.data);
      try {
        return print(terminal, result, parsed.options.json);
      } catch (error) {
        // For example on a full disk: `retropal user export - > FILE`.
        terminal.err(
          `The result cannot be written. ${
            osSentence(error, "standard output") ?? String(error)
          }`,
        );
        return CODE.refused;
      }
    }
  }
}

/**
 * Reports errors of configuration, disk and permissions without a stack trace.
 */
function unexpected(error: unknown, folder: DataFolder): CommandResult {
  try {
    return failureOf(error);
  } catch {
    if (error instanceof CannotListen) {
      return failure(CODE.refused, error.message);
    }
    const sentence = osSentence(error, undefined, folder.path);
    if (sentence !== null) {
      const whose = error instanceof Deno.errors.PermissionDenied
        ? strangersFolder(folder)
        : "";
      return failure(
        error instanceof Deno.errors.NotFound ? CODE.notFound : CODE.refused,
        sentence + whose,
      );
    }
    if (Object.values(Deno.errors).some((kind) => error instanceof kind)) {
      return failure(CODE.refused, `${(error as Error).message}.`);
    }
    return internalError(error);
  }
}

/** Reports an internal error with its stack trace, for a bug report. */
function internalError(error: unknown): CommandResult {
  const stack = error instanceof Error ? error.stack ?? error.message : error;
  const message =
    "This is a bug in retropal. Please report it with the following lines.";
  return {
    code: CODE.crashed,
    lines: [message, ...String(stack).split("\n")],
    json: { error: `${message} ${error}`, code: CODE.crashed },
    failed: true,
  };
}

async function runTable(
  command: Command,
  raw: Readonly<Record<string, unknown>>,
  options: Options,
  local: Local,
): Promise<CommandResult> {
  const { terminal } = local;
  const filled = await withFileTexts(command.fields, raw, terminal);
  const asked = { ...filled };
  // Checked before asking for a password; checked again where the command runs.
  readInput(command.fields, asked);
  const config = () => local.loadConfig().config;
  if (command.check && asksForSecret(command, options, terminal)) {
    const checked = await runOnData(local, config, {
      command,
      input: asked,
      checkOnly: true,
    });
    if (checked.failed) return checked;
  }
  const secret = await readSecret(command, options, terminal);
  const run = (input: Readonly<Record<string, unknown>>) =>
    runOnData(local, config, {
      command,
      input,
      secret,
      // Stops the command when its output is no longer read, as in `retropal
      // status --watch | head`.
      ...(terminal.readerGone && { signal: terminal.readerGone }),
      emit: (lines, json) => {
        // Progress is not part of the JSON result.
        if (json === undefined) {
          for (const line of lines) terminal.err(oneLine(line));
        } else if (options.json) terminal.out(jsonText(json));
        else for (const line of lines) terminal.out(oneLine(line));
      },
    });
  let result = await run(asked);
  while (terminal.interactive) {
    const key = result.needs;
    const field = key === undefined ? undefined : command.fields[key];
    if (key === undefined || field?.ask === undefined) break;
    asked[key] = await askFor(field, terminal);
    result = await run(asked);
  }
  if (!result.confirm || !terminal.interactive) return result;
  for (const warning of result.confirm) terminal.err(oneLine(warning));
  const answer = await terminal.ask("Continue? (yes or no) ");
  return /^y(es)?$/i.test(answer.trim())
    ? await run({ ...asked, yes: true })
    : failure(CODE.refused, "Nothing was changed.");
}

/** Asks at a terminal for a value that scripts give as an option. */
async function askFor(field: Field, terminal: Terminal): Promise<string> {
  const allowed = field.choices?.join(" or ") ?? field.metavar;
  while (true) {
    const answer = (await terminal.ask(`${field.ask} (${allowed}) `)).trim();
    if (field.choices?.includes(answer) ?? answer !== "") return answer;
    terminal.err(`Please answer ${allowed}.`);
  }
}

async function runLocal(
  command: LocalCommand,
  raw: Readonly<Record<string, unknown>>,
  options: Options,
  local: Local,
): Promise<CommandResult> {
  const input = readInput(command.fields, raw);
  const secret = await readSecret(command, options, local.terminal);
  return await command.run(local, input, secret);
}

function localOf(options: Options, terminal: Terminal): Local {
  const folder = dataFolder(
    options.data ?? (terminal.env.RETROPAL_DATA || "retropal-data"),
  );
  const lineFor = (words: string) => commandLine(words, options.data);
  const configSources: Local["configSources"] = (flags = {}) => ({
    flags,
    env: terminal.env,
    file: readConfigFile(folder.config),
  });
  const loadIt: Local["loadConfig"] = (flags) =>
    loadConfig(configSources(flags));
  return {
    terminal,
    folder,
    json: options.json,
    commandLine: lineFor,
    configSources,
    loadConfig: loadIt,
    run(path, input, secret, more) {
      const command = COMMANDS.find((one) =>
        one.path.join(" ") === path.join(" ")
      );
      if (!command) throw new RangeError(`no command ${path.join(" ")}`);
      return runOnData(
        { folder, commandLine: lineFor },
        () => loadIt().config,
        {
          command,
          input,
          secret,
          ...more,
        },
      );
    },
  };
}

function readConfigFile(path: string) {
  try {
    return { path, text: decodeFile(Deno.readFileSync(path)) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function readSecret(
  command: Described,
  options: Options,
  terminal: Terminal,
): Promise<string | undefined> {
  if (!command.secret) return undefined;
  const { about, repeat, fault } = command.secret;
  if (options.passwordStdin) {
    const text = await terminal.readAll();
    return text.split("\n")[0]?.replace(/\r$/, "") ?? "";
  }
  if (!asksForSecret(command, options, terminal)) return undefined;
  while (true) {
    const first = await terminal.ask(`${about}: `, { hidden: true });
    const wrong = fault?.(first) ?? null;
    if (wrong !== null) {
      terminal.err(wrong);
      continue;
    }
    if (!repeat) return first;
    const again = await terminal.ask(`${about} again: `, { hidden: true });
    if (again === first) return first;
    terminal.err("Passwords do not match; try again.");
  }
}

function asksForSecret(
  { secret }: Described,
  { passwordStdin }: Options,
  { interactive }: Terminal,
): boolean {
  return secret !== undefined && !secret.optional && !passwordStdin &&
    interactive;
}
