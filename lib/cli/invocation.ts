/**
 * How this very program is started, for sentences that tell the user what to
 * type: a host who came by npx has no `retropal` on the path.
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
  /** The file that `deno run` was given. */
  readonly main: string;
  readonly deno: string;
  /** Folders in which the shell looks for programs. */
  readonly path: readonly string[];
  readonly folder: string;
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
  };
}

/** The words that start this program, for a shell in the same folder. */
export function invocation(around = surroundings()): string[] {
  if (around.standalone) return [programName(around)];
  const program = around.execPath.includes("_npx")
    ? ["npx", "--yes", `deno@${around.deno}`]
    : [programName(around)];
  return [...program, "run", "-A", nearPath(around, around.main)];
}

/** The bare name of a program that the shell finds, or else its path. */
function programName(around: Surroundings): string {
  const { execPath } = around;
  return around.path.includes(dirname(execPath))
    ? basename(execPath).replace(/\.exe$/i, "")
    : nearPath(around, execPath);
}

/** A path below the current folder as seen from there, any other as it is. */
function nearPath({ folder }: Surroundings, path: string): string {
  const near = relative(folder, path);
  if (near.startsWith("..") || resolve(folder, near) !== path) return path;
  return near.includes("/") || near.includes("\\") || near.endsWith(".ts")
    ? near
    : join(".", near) === near
    ? `./${near}`
    : near;
}

/** A word as the shell of this system reads it back. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (Deno.build.os === "windows") return `"${word.replaceAll('"', "")}"`;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * A whole command line for this program and data folder. `data` is the folder
 * as the user named it, undefined for the usual one; words are taken as they
 * are, so that they can hold a placeholder.
 */
export function commandLine(
  words: string,
  data: string | undefined,
  around = surroundings(),
): string {
  return [
    ...invocation(around).map(shellWord),
    words,
    ...(data === undefined ? [] : ["--data", shellWord(data)]),
  ].join(" ");
}
