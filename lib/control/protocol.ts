/**
 * The protocol of the control channel: JSON, one value per line. On TCP the
 * client first proves with a token that it can read the folder. It sends one
 * request; the server answers with pieces and then a result, and closes. While
 * a command runs, the server reports that every few seconds, and a client that
 * receives nothing for longer gives up. When the client closes first, the
 * command is stopped.
 *
 * @module
 */
import type { CommandResult } from "../commands/command.ts";

/** The first line on TCP. */
export interface Proof {
  readonly token: string;
}

export interface Request {
  readonly path: readonly string[];
  readonly input: Readonly<Record<string, unknown>>;
  readonly secret?: string;
  /** Only checks whether the command would be refused, and does nothing. */
  readonly checkOnly?: boolean;
}

export type Answer =
  /** The command is still running. */
  | { readonly alive: true }
  | { readonly lines: readonly string[]; readonly json: unknown }
  | { readonly result: CommandResult };

/** Large enough for an import of many users, but not for a runaway line. */
export const LONGEST_LINE = 64 * 1024 * 1024;

/** Milliseconds between two signs of life of a running command. */
export const ALIVE_MS = 5000;
/** Seconds of silence after which a client gives up. */
export const CLIENT_SECONDS = 20;
/** Seconds of silence after which the server aborts a command. */
export const COMMAND_SECONDS = 120;

/**
 * Longest first line in bytes: before the token is known nobody may send more.
 */
export const LONGEST_PROOF = 1024;

const encoder = new TextEncoder();

export function encodeLine(value: Proof | Request | Answer): Uint8Array {
  return encoder.encode(JSON.stringify(value) + "\n");
}

export async function writeLine(
  conn: { write(bytes: Uint8Array): Promise<number> },
  value: Proof | Request | Answer,
): Promise<void> {
  let bytes = encodeLine(value);
  while (bytes.length > 0) bytes = bytes.subarray(await conn.write(bytes));
}

/**
 * Yields every line until the end of the stream. Throws RangeError when a line
 * is longer than `longest` allows at that time.
 */
export async function* readLines(
  conn: { read(buffer: Uint8Array): Promise<number | null> },
  longest = () => LONGEST_LINE,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65536);
  let parts: string[] = [];
  let length = 0;
  while (true) {
    const count = await conn.read(buffer);
    if (count === null) return;
    let text = decoder.decode(buffer.subarray(0, count), { stream: true });
    let end: number;
    while ((end = text.indexOf("\n")) >= 0) {
      yield parts.join("") + text.slice(0, end);
      parts = [];
      length = 0;
      text = text.slice(end + 1);
    }
    length += text.length;
    if (length > longest()) throw new RangeError("a line is too long");
    if (text !== "") parts.push(text);
  }
}

/** Parses a request. Throws SyntaxError. */
export function readRequest(line: string): Request {
  const value: unknown = JSON.parse(line);
  if (typeof value !== "object" || value === null) {
    throw new SyntaxError("a request is an object");
  }
  const { path, input, secret, checkOnly } = value as Record<
    string,
    unknown
  >;
  if (
    !Array.isArray(path) || !path.every((word) => typeof word === "string") ||
    typeof input !== "object" || input === null || Array.isArray(input) ||
    (secret !== undefined && typeof secret !== "string")
  ) {
    throw new SyntaxError("a request has a path and an input");
  }
  return {
    path,
    input: input as Record<string, unknown>,
    ...(secret !== undefined && { secret }),
    ...(checkOnly === true && { checkOnly }),
  };
}

/**
 * Returns the token of a first line, or undefined when it has none. Never
 * throws.
 */
export function readProof(line: string): string | undefined {
  try {
    const { token } = JSON.parse(line) ?? {};
    return typeof token === "string" ? token : undefined;
  } catch {
    return undefined;
  }
}
