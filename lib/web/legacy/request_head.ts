/**
 * The head of an HTTP request, read with the patience of 2002.
 *
 * @module
 */

import { encodeText } from "../../protocol/windows1252.ts";

export interface RequestHead {
  readonly method: "GET" | "HEAD" | "POST";
  /** From the first slash, percent-encoded, without the query. */
  readonly path: string;
  /** "" or from the question mark. */
  readonly query: string;
  readonly headers: Headers;
  readonly bodyLength: number;
  /** Bytes up to the body. */
  readonly length: number;
}

const MOST_HEADERS = 100;

/**
 * `text` holds one character for each byte. "incomplete" until the blank line
 * has come (or, without a version, the first line), null for what is no
 * request.
 */
export function readHead(text: string): RequestHead | "incomplete" | null {
  const firstEnd = text.indexOf("\n");
  if (firstEnd < 0) return "incomplete";
  const line = text.slice(0, firstEnd).replace(/\r$/, "");
  const match = /^(GET|HEAD|POST) +(.*?)( +HTTP\/\d(?:\.\d)?)? *$/.exec(line);
  if (match === null) return null;
  const [, method, target = "", version] = match;
  let length = firstEnd + 1;
  const headers = new Headers();
  if (version !== undefined) {
    const end = /\r?\n\r?\n/.exec(text.slice(firstEnd - 1));
    if (end === null) return "incomplete";
    length = firstEnd - 1 + end.index + end[0].length;
    const lines = text.slice(firstEnd + 1, firstEnd - 1 + end.index)
      .split(/\r?\n/);
    if (lines.length > MOST_HEADERS || !addHeaders(headers, lines)) return null;
  }
  const bodyLength = Number(headers.get("content-length") ?? "0");
  if (!Number.isInteger(bodyLength) || bodyLength < 0) return null;
  const place = splitTarget(target);
  return place && {
    ...place,
    method: method as RequestHead["method"],
    headers,
    bodyLength,
    length,
  };
}

function addHeaders(headers: Headers, lines: readonly string[]): boolean {
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (line.trim() === "") continue;
    if (colon < 1) return false;
    try {
      headers.append(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
    } catch {
      // A name or value that cannot be is left out.
    }
  }
  return true;
}

/** `http://www.paltalk.com/x?y` and `/x?y` alike. */
function splitTarget(
  target: string,
): { path: string; query: string } | null {
  const local = target.replace(/^https?:\/\/[^/?]*/i, "");
  const whole = local === "" ? "/" : local;
  if (!whole.startsWith("/")) return null;
  const [place = ""] = whole.split("#", 1);
  const mark = place.indexOf("?");
  return mark < 0 ? { path: escaped(place), query: "" } : {
    path: escaped(place.slice(0, mark)),
    query: escaped(place.slice(mark)),
  };
}

/** Bytes that an address cannot hold, percent-encoded as Windows-1252. */
function escaped(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex -- those are among them
    /[\x00-\x20"<>\\^`{|}\x7f]|[^\x00-\x7f]/g,
    (letter) =>
      [...encodeText(letter)].map((byte) =>
        "%" + byte.toString(16).padStart(2, "0").toUpperCase()
      ).join(""),
  );
}
