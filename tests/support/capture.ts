/**
 * Reads the files in tests/captures: what the real client sent and received.
 *
 * @module
 */
import { unhex } from "../../lib/protocol/bytes.ts";

export type Direction = "C>S" | "S>C";

export interface CapturedFrame {
  readonly file: string;
  readonly line: number;
  readonly seconds: number;
  /** Name of the connection, such as "CHAT#9". */
  readonly connection: string;
  readonly direction: Direction;
  readonly type: number;
  readonly version: number;
  readonly payload: Uint8Array;
}

/** Bytes of a voice connection, or one datagram. */
export interface CapturedBytes {
  readonly file: string;
  readonly line: number;
  readonly seconds: number;
  /** "VOICE#3", "UDP#2090". */
  readonly connection: string;
  readonly direction: Direction;
  readonly bytes: Uint8Array;
}

export interface Capture {
  readonly file: string;
  readonly comments: readonly string[];
  readonly frames: readonly CapturedFrame[];
  readonly voice: readonly CapturedBytes[];
}

const FOLDER = new URL("../captures/", import.meta.url);

/** Returns the names of all captures, without ".txt". */
export function captureNames(): string[] {
  return [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
    .filter((name) => name.endsWith(".txt"))
    .map((name) => name.slice(0, -".txt".length)).sort();
}

export function readCapture(file: string): Capture {
  const text = Deno.readTextFileSync(new URL(`${file}.txt`, FOLDER));
  const comments: string[] = [];
  const frames: CapturedFrame[] = [];
  const voice: CapturedBytes[] = [];
  // In files that show the text after "| ", a payload without it is truncated.
  const showsText = /^[\d.]+ CHAT#\d+ .* \| /m.test(text);
  for (const [i, line] of text.split("\n").entries()) {
    if (line.startsWith("#")) {
      comments.push(line.slice(1).trim());
      continue;
    }
    const [seconds, connection = "", direction, ...rest] = line.split(" ");
    if (direction !== "C>S" && direction !== "S>C") continue;
    const where = {
      file,
      line: i + 1,
      seconds: Number(seconds),
      connection,
      direction,
    } as const;
    if (connection.startsWith("CHAT#") && rest.length >= 3) {
      const [type, version, payload = "-"] = rest;
      // Some files describe a payload in words: "(user data)".
      if (payload !== "-" && !isHex(payload)) continue;
      if (showsText && rest[3] !== "|") continue;
      frames.push({
        ...where,
        type: Number(type),
        version: Number(version),
        payload: payload === "-" ? new Uint8Array() : unhex(payload),
      });
    } else if (/^(VOICE|UDP)#/.test(connection) && isHex(rest[0])) {
      voice.push({ ...where, bytes: unhex(rest[0]!) });
    }
  }
  return { file, comments, frames, voice };
}

export function readCaptures(): Capture[] {
  return captureNames().map(readCapture);
}

function isHex(text: string | undefined): boolean {
  return text !== undefined && /^([0-9a-f]{2})+$/.test(text);
}

/** Returns file and line, for messages. */
export function place({ file, line }: CapturedFrame | CapturedBytes): string {
  return `${file}.txt:${line}`;
}
