/**
 * Errors of the operating system as sentences for the user.
 *
 * @module
 */

/** What each error code means to the user who typed the command. */
const SENTENCES: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `${path} does not exist.`,
  EACCES: (path) => `${path} cannot be opened: permission denied.`,
  EPERM: (path) => `${path} cannot be changed: the system does not permit it.`,
  EROFS: (path) => `${path} is on a read-only disk.`,
  ENOTDIR: (path) => `A part of the path ${path} is not a folder.`,
  EISDIR: (path) => `${path} is a folder; a file is needed.`,
  EEXIST: (path) => `${path} exists already.`,
  ENOTEMPTY: (path) => `${path} is a folder that is not empty.`,
  ENOSPC: (path) => `The disk is full: ${path} was not written.`,
  EDQUOT: (path) => `Your disk quota is used up: ${path} was not written.`,
  EFBIG: (path) => `${path} would be larger than the system allows.`,
  EBUSY: (path) => `${path} is in use by another program.`,
  ETXTBSY: (path) => `${path} is in use by another program.`,
  ELOOP: (path) => `${path} leads in a circle of symbolic links.`,
  ENAMETOOLONG: (path) => `${path} is a longer name than this system allows.`,
  EMFILE: () => "This program may not open more files (see `ulimit -n`).",
  ENFILE: () => "The system cannot open more files.",
  EIO: (path) =>
    `${path} cannot be read or written: the disk reports an error.`,
  EXDEV: (path) => `${path} is on another disk.`,
};

/** Codes of the errors that the runtime gives a class instead of a code. */
const CODES: readonly (readonly [new () => Error, string])[] = [
  [Deno.errors.NotFound, "ENOENT"],
  [Deno.errors.PermissionDenied, "EACCES"],
  [Deno.errors.AlreadyExists, "EEXIST"],
  [Deno.errors.NotADirectory, "ENOTDIR"],
  [Deno.errors.IsADirectory, "EISDIR"],
  [Deno.errors.FilesystemLoop, "ELOOP"],
];

/** For a path that the error does not tell. */
const NO_NAME = "the file";

/**
 * A sentence for an error of the operating system, or null for any other. The
 * path is taken from the error when `path` is not given, and is `unnamed` when
 * the error has none.
 */
export function osSentence(
  error: unknown,
  path?: string,
  unnamed = NO_NAME,
): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof Deno.errors.NotCapable) {
    const [, named] = /access to "([^"]+)"/.exec(error.message) ?? [];
    return `${
      path ?? named ?? "That file"
    } cannot be opened by this program: ` +
      "use an ordinary file, or - for standard input where that is possible.";
  }
  const code = codeOf(error);
  const sentence = code === undefined ? undefined : SENTENCES[code];
  if (sentence === undefined) return null;
  const text = sentence(path ?? pathIn(error.message) ?? unnamed);
  return text.startsWith(NO_NAME)
    ? `The file${text.slice(NO_NAME.length)}`
    : text;
}

function codeOf(error: Error): string | undefined {
  if ("code" in error && typeof error.code === "string") return error.code;
  const known = CODES.find(([kind]) => error instanceof kind);
  if (known) return known[1];
  if (/No space left/.test(error.message)) return "ENOSPC";
  return undefined;
}

/** "…(os error 2): open '/x/y'", or "…: rename '/x' -> '/y'". */
function pathIn(message: string): string | undefined {
  return /'([^']+)'(?: -> '[^']+')?$/.exec(message)?.[1];
}
