/**
 * Files that commands read and write where they are typed.
 *
 * @module
 */
import type { CommandResult } from "../commands/command.ts";
import { CODE, failure, notFound } from "../commands/command.ts";
import type { Fields, FileText } from "../commands/field.ts";
import type { Terminal } from "./terminal.ts";

/** UTF-8, or Windows-1252 as old spreadsheets write it. */
export function decodeFile(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** Throws a sentence for a file that is not there. */
export async function readFile(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw notFound(`There is no ${path}.`);
  }
}

/** Puts the text of each file in the place of its path. */
export async function withFileTexts(
  fields: Fields,
  raw: Readonly<Record<string, unknown>>,
  terminal: Terminal,
): Promise<Record<string, unknown>> {
  const filled = { ...raw };
  for (const [key, field] of Object.entries(fields)) {
    const path = filled[key];
    if (!field.reads || typeof path !== "string") continue;
    const text = path === "-"
      ? await terminal.readAll()
      : decodeFile(await readFile(path));
    filled[key] = { name: path, text } satisfies FileText;
  }
  return filled;
}

/** Writes a command's file, new and for its owner alone. */
export function writeResultFile(result: CommandResult): CommandResult {
  const { file, ...rest } = result;
  if (!file) return result;
  if (file.path === "-") {
    return { ...rest, lines: [file.text.replace(/\n$/, "")], verbatim: true };
  }
  try {
    Deno.writeTextFileSync(file.path, file.text, {
      createNew: true,
      mode: 0o600,
    });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    return failure(
      CODE.refused,
      `${file.path} exists already: name a new file.`,
    );
  }
  return rest;
}
