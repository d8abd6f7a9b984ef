/**
 * Files that commands read and write on the user's side.
 *
 * @module
 */
import type { CommandResult } from "../commands/command.ts";
import { CODE, failure, notFound, refused } from "../commands/command.ts";
import type { Fields, FileText } from "../commands/field.ts";
import { decodeFile, writeWhole } from "../ops/file_bytes.ts";
import { osSentence } from "../ops/os_errors.ts";
import type { Terminal } from "./terminal.ts";

/** Reads a file. Throws an error for the user when it does not exist. */
export async function readFile(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw notFound(`${path} does not exist.`);
  }
}

/** Replaces the path of each file with the text of that file. */
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

/** Writes a command's result to a new file that only its owner can read. */
export function writeResultFile(result: CommandResult): CommandResult {
  const { file, ...rest } = result;
  if (!file) return result;
  if (file.path === "-") {
    return { ...rest, lines: [file.text.replace(/\n$/, "")], verbatim: true };
  }
  const { path } = file;
  try {
    writeNewFile(path, file.text);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      return failure(
        CODE.refused,
        `${path} already exists: choose a new file name.`,
      );
    }
    const sentence = osSentence(error, path);
    if (sentence === null) throw error;
    return failure(CODE.refused, sentence);
  }
  return rest;
}

/**
 * Writes a new file that only its owner can read. Removes it again when the
 * disk is full. Never follows a symbolic link.
 */
export function writeNewFile(path: string, text: string): void {
  const file = Deno.openSync(path, {
    write: true,
    createNew: true,
    mode: 0o600,
  });
  let done = false;
  try {
    writeWhole(file, new TextEncoder().encode(text));
    file.syncSync();
    done = true;
  } finally {
    file.close();
    if (!done) Deno.removeSync(path);
  }
}

/**
 * Writes or replaces a file atomically. Refuses a symbolic link, whose target
 * may belong to somebody else.
 */
export function replaceFile(path: string, text: string): void {
  try {
    if (Deno.lstatSync(path).isSymlink) {
      throw refused(`${path} is a symbolic link: remove it first.`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const partial = `${path}.${crypto.randomUUID().slice(0, 8)}.partial`;
  writeNewFile(partial, text);
  try {
    Deno.chmodSync(partial, 0o644);
  } catch {
    // Windows has no modes.
  }
  try {
    Deno.renameSync(partial, path);
  } catch (error) {
    Deno.removeSync(partial);
    throw error;
  }
}
