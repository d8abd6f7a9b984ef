/**
 * Writes `retropal.toml` atomically, one writer at a time.
 *
 * @module
 */
import { encodeText, fitsWindows1252 } from "../protocol/windows1252.ts";
import { decodeFile, writeWhole } from "../ops/file_bytes.ts";
import { keepOwner } from "../ops/owner.ts";
import { ConfigError } from "./load.ts";
import type { Value } from "./setting.ts";
import { configTemplate, withSetting } from "./template.ts";
import { parseToml, TomlSyntaxError, tomlValue } from "./toml.ts";

const AGAIN_MS = 20;
const PATIENCE_MS = 5000;
/**
 * Age in milliseconds at which a partial file was left by a killed process: no
 * write takes that long.
 */
const STALE_MS = 3000;

/**
 * Replaces the file with the result of `change`, which gets the text, or null
 * when there is no file. A killed process leaves the old file or the new one.
 *
 * The partial file serves as a lock: two commands at the same time would each
 * write the text that they had read, and one change would be lost.
 *
 * The form of the file is kept: a symbolic link stays a link, line endings and
 * an ANSI encoding stay, and a file that is its own mount point, which cannot
 * be renamed over, is written in place.
 */
export async function changeFile(
  path: string,
  change: (text: string | null) => string,
): Promise<void> {
  const target = followLink(path);
  const partial = `${target}.partial`;
  using file = await begin(partial);
  let bytes: Uint8Array;
  try {
    bytes = changed(read(target), change);
    writeWhole(file, bytes);
    file.syncSync();
  } catch (error) {
    Deno.removeSync(partial);
    throw error;
  }
  try {
    keepMode(target, partial);
    Deno.renameSync(partial, target);
  } catch (error) {
    try {
      if (!isMounted(error)) throw error;
      writeInPlace(target, bytes);
    } finally {
      Deno.removeSync(partial);
    }
  }
}

/**
 * Writes settings into the file and keeps its comments. Throws {@linkcode
 * ConfigError} when `check` does, or when the file cannot be edited line by
 * line; the file then stays unchanged.
 */
export async function writeSettings(
  path: string,
  values: readonly (readonly [key: string, value: Value])[],
  check: (text: string) => void = () => {},
): Promise<void> {
  await changeFile(path, (old) => {
    let text = old ?? configTemplate();
    for (const [key, value] of values) text = withSetting(text, key, value);
    for (const [key, value] of values) requireSaid(text, key, value, path);
    check(text);
    return text;
  });
}

function requireSaid(
  text: string,
  key: string,
  value: Value,
  path: string,
): void {
  const [section = "", name = ""] = key.split(".");
  let said: unknown;
  try {
    said = Object(parseToml(text)[section])[name];
  } catch (error) {
    if (!(error instanceof TomlSyntaxError)) throw error;
  }
  if (JSON.stringify(said) !== JSON.stringify(value)) {
    throw new ConfigError([
      `${path} is written in a way that \`config set\` cannot change: ` +
      `write ${name} = ${tomlValue(value)} under [${section}] yourself. ` +
      "`retropal config check` says whether it is right.",
    ]);
  }
}

/** Returns the target of a symbolic link, or the path itself. */
function followLink(path: string): string {
  try {
    return Deno.lstatSync(path).isSymlink ? Deno.realPathSync(path) : path;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    try {
      Deno.lstatSync(path);
    } catch {
      return path;
    }
    throw new ConfigError([
      `${path} is a symbolic link to a file that is not there.`,
    ]);
  }
}

/**
 * Encodes the changed text with the encoding and line endings of the old file.
 */
function changed(
  old: Uint8Array | null,
  change: (text: string | null) => string,
): Uint8Array {
  if (old === null) return new TextEncoder().encode(change(null));
  const text = decodeFile(old);
  const crlf = text.includes("\r\n");
  const result = change(crlf ? text.replaceAll("\r\n", "\n") : text);
  const ended = crlf ? result.replaceAll("\n", "\r\n") : result;
  return isAnsi(old, text) && fitsWindows1252(ended)
    ? encodeText(ended)
    : new TextEncoder().encode(ended);
}

/** Returns whether `decodeFile` has read the bytes as Windows-1252. */
function isAnsi(bytes: Uint8Array, text: string): boolean {
  return bytes.length === text.length && bytes.some((byte) => byte > 0x7f);
}

/**
 * Gives the partial file the owner and mode of the old one; a new file is
 * private to its owner.
 */
function keepMode(target: string, partial: string): void {
  if (Deno.build.os === "windows") return;
  try {
    Deno.chmodSync(partial, (Deno.statSync(target).mode ?? 0o600) & 0o777);
    keepOwner(partial, target);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Returns whether the file is a mount point, as in a container (EBUSY, EXDEV).
 */
function isMounted(error: unknown): boolean {
  return error instanceof Error &&
    /os error (16|18)\b/.test(error.message);
}

function writeInPlace(path: string, bytes: Uint8Array): void {
  using file = Deno.openSync(path, { write: true });
  writeWhole(file, bytes);
  file.truncateSync(bytes.length);
  file.syncSync();
}

function read(path: string): Uint8Array | null {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function begin(partial: string): Promise<Deno.FsFile> {
  const until = Date.now() + PATIENCE_MS;
  while (true) {
    try {
      const file = Deno.openSync(partial, {
        write: true,
        createNew: true,
        mode: 0o600,
      });
      keepOwner(partial);
      return file;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
    if (Date.now() > until) {
      throw new ConfigError([
        `${partial} is being written by another retropal.`,
      ]);
    }
    removeStale(partial);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

function removeStale(partial: string): void {
  try {
    const { mtime } = Deno.statSync(partial);
    if (mtime && Date.now() - mtime.getTime() > STALE_MS) {
      Deno.removeSync(partial);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
