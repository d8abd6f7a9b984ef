/**
 * The text form of a capture: one line per frame, with seconds, connection,
 * direction, signed packet type, version and payload in hex; voice lines are
 * raw bytes. `retropal capture` writes it. Text after `#` or `|` is a comment,
 * and so is a payload that is described in brackets.
 *
 * @module
 */

export interface LogLine {
  readonly line: number;
  readonly at: number;
  /** "CHAT#1", "VOICE#3", "UDP#2090" */
  readonly connection: string;
  readonly direction: "C>S" | "S>C";
  readonly payload: Uint8Array;
  /** Chat frames only. */
  readonly type?: number;
  readonly version?: number;
}

export interface LogFault {
  readonly line: number;
  readonly fault: string;
}

const CHAT =
  /^(\d+(?:\.\d+)?)\s+(CHAT#\d+)\s+(C>S|S>C)\s+(-?\d+)\s+(\d+)\s+(-|(?:[0-9a-f]{2})+)\s*(?:[#|].*)?$/i;
const RAW =
  /^(\d+(?:\.\d+)?)\s+((?:VOICE|UDP)#\d+)\s+(C>S|S>C)\s+(-|(?:[0-9a-f]{2})+)\s*(?:#.*)?$/i;
/** Comments of users and tools between the frames. */
const REMARK = /^\s*$|^#|\s(CONNECT|CLOSED?|connect|closed)\b|\s\([^()]*\)$/;

export function readHexLog(text: string): (LogLine | LogFault)[] {
  return text.split(/\r?\n/).flatMap((content, i): (LogLine | LogFault)[] => {
    const line = i + 1;
    const chat = CHAT.exec(content);
    if (chat) {
      const [, at, connection = "", direction, type, version, hex = ""] = chat;
      return [{
        line,
        at: Number(at),
        connection,
        direction: direction as LogLine["direction"],
        type: Number(type),
        version: Number(version),
        payload: bytesOf(hex),
      }];
    }
    const raw = RAW.exec(content);
    if (raw) {
      const [, at, connection = "", direction, hex = ""] = raw;
      return [{
        line,
        at: Number(at),
        connection,
        direction: direction as LogLine["direction"],
        payload: bytesOf(hex),
      }];
    }
    return REMARK.test(content)
      ? []
      : [{ line, fault: "This line is no frame, and no remark (#)." }];
  });
}

function bytesOf(hex: string): Uint8Array {
  if (hex === "-") return new Uint8Array();
  return Uint8Array.from(
    hex.match(/../g) ?? [],
    (pair) => parseInt(pair, 16),
  );
}
