/**
 * How this program was started, for messages that tell the user which command
 * to type: with npx, for example, there is no `retropal` on the path.
 *
 * @module
 */
import {
  basename,
  delimiter,
  dirname,
  join,
  relative,
  resolve,
} from "node:path";
import { fileURLToPath } from "node:url";

export interface Surroundings {
  readonly standalone: boolean;
  readonly execPath: string;
  /** The script that was given to `deno run`. */
  readonly main: string;
  readonly deno: string;
  /** Folders in which the shell looks for programs. */
  readonly path: readonly string[];
  readonly folder: string;
  readonly os: string;
}

function surroundings(): Surroundings {
  return {
    standalone: Deno.build.standalone,
    execPath: Deno.execPath(),
    main: Deno.mainModule.startsWith("file:")
      ? fileURLToPath(Deno.mainModule)
      : Deno.mainModule,
    deno: Deno.version.deno,
    path: (Deno.env.get("PATH") ?? "").split(delimiter),
    folder: Deno.cwd(),
    os: Deno.build.os,
  };
}

/** Returns the words that start this program in the current folder. */
export function invocation(around = surroundings()): string[] {
  if (around.standalone) return [programName(around)];
  const program = around.execPath.includes("_npx")
    ? ["npx", "--yes", `deno@${around.deno}`]
    : [programName(around)];
  return [...program, "run", "-A", nearPath(around, around.main)];
}

/**
 * Returns the name of a program that is on the shell's path, or else its path.
 */
function programName(around: Surroundings): string {
  const { execPath } = around;
  return around.path.includes(dirname(execPath))
    ? basename(execPath).replace(/\.exe$/i, "")
    : nearPath(around, execPath);
}

/**
 * Returns a path in the current folder as a relative one, any other unchanged.
 */
function nearPath({ folder, os }: Surroundings, path: string): string {
  const near = relative(folder, path);
  if (near.startsWith("..") || resolve(folder, near) !== path) return path;
  return near.includes("/") || near.includes("\\") || near.endsWith(".ts")
    ? near
    : join(".", near) === near
    // A command prompt takes "." for the name of a program in "./".
    ? `.${os === "windows" ? "\\" : "/"}${near}`
    : near;
}

/**
 * Quotes a word for the shell of this system. On Windows paths without blanks
 * stay as they are: PowerShell runs no program whose name is quoted.
 */
export function shellWord(word: string, os: string = Deno.build.os): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (os === "windows") {
    return /^[\w@+=:,.\\/-]+$/.test(word)
      ? word
      : `"${word.replaceAll('"', "")}"`;
  }
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * Rewrites each command that a sentence quotes, such as `retropal user list`,
 * so that it works as this program was started and for the same data folder.
 */
export function withCommandLines(
  sentence: string,
  line: (words: string) => string,
): string {
  return sentence.replace(
    /`retropal ([^`]+)`/g,
    (_, words: string) => `\`${line(words)}\``,
  );
}

/**
 * Returns a complete command line for this program and data folder. `data` is
 * the folder as the user named it, undefined for the default. The words are not
 * quoted, so they can contain a placeholder.
 */
export function commandLine(
  words: string,
  data: string | undefined,
  around = surroundings(),
): string {
  return [
    ...invocation(around).map((word) => shellWord(word, around.os)),
    words,
    ...(data === undefined ? [] : ["--data", shellWord(data, around.os)]),
  ].join(" ");
}
