/**
 * Parses the head of an HTTP request as leniently as servers of 2002: bare
 * newlines, absolute request URIs, no Host header, no version, spaces and bytes
 * of any code page in the path (docs/protocol.md, "The client's browser").
 *
 * It is strict wherever two parsers could disagree about the end of a request:
 * Transfer-Encoding, folded lines and more than one Content-Length are refused.
 *
 * @module
 */

export interface RequestHead {
  readonly method: string;
  /** The path from its first slash, percent-encoded, without the query. */
  readonly path: string;
  /** The query including its question mark, or "". */
  readonly query: string;
  readonly version: "0.9" | "1.0" | "1.1";
  readonly headers: Headers;
  readonly bodyLength: number;
  /** Length of the head in bytes, up to the body. */
  readonly length: number;
}

const MOST_HEADERS = 100;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Parses `text`, which holds one character per byte. Returns "incomplete" until
 * the blank line (or, without a version, the first line) has arrived, and null
 * when it is not a request.
 */
export function readHead(text: string): RequestHead | "incomplete" | null {
  const firstEnd = text.indexOf("\n");
  if (firstEnd < 0) return "incomplete";
  const line = text.slice(0, firstEnd).replace(/\r$/, "");
  const match = /^([A-Z]{3,10}) +(.*?)(?: +HTTP\/(\d\.\d))? *$/.exec(line);
  if (match === null) return null;
  const [, method = "", target = "", version] = match;
  let length = firstEnd + 1;
  const headers = new Headers();
  if (version !== undefined) {
    // Starts at the end of the first line, for a request without headers.
    const from = firstEnd - 1;
    const end = /\r?\n\r?\n/.exec(text.slice(from));
    if (end === null) return "incomplete";
    length = from + end.index + end[0].length;
    const lines = text.slice(firstEnd + 1, from + end.index).split(/\r?\n/);
    if (!addHeaders(headers, lines)) return null;
  }
  if (headers.has("transfer-encoding")) return null;
  const bodyLength = readLength(headers.get("content-length"));
  const place = splitTarget(target);
  if (place === null || bodyLength === null) return null;
  return {
    ...place,
    method,
    version: version === undefined ? "0.9" : version >= "1.1" ? "1.1" : "1.0",
    headers,
    bodyLength,
    length,
  };
}

function addHeaders(headers: Headers, lines: readonly string[]): boolean {
  if (lines.length > MOST_HEADERS) return false;
  for (const line of lines) {
    if (line === "") continue;
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon));
    if (!TOKEN.test(name)) return false;
    try {
      headers.append(name, line.slice(colon + 1).trim());
    } catch {
      // The value contains a NUL or a lone carriage return.
      return false;
    }
  }
  return true;
}

/** Two Content-Length headers become "5, 5", which is as invalid as "-5". */
function readLength(header: string | null): number | null {
  if (header === null) return 0;
  return /^\d{1,12}$/.test(header) ? Number(header) : null;
}

/** Accepts `http://www.paltalk.com/x?y` and `/x?y` alike. */
function splitTarget(target: string): { path: string; query: string } | null {
  const local = target.replace(/^https?:\/\/[^/?]*/i, "");
  const whole = local === "" && target !== "" ? "/" : local;
  if (!whole.startsWith("/")) return null;
  const [place = ""] = whole.split("#", 1);
  const mark = place.indexOf("?");
  return mark < 0 ? { path: escaped(place), query: "" } : {
    path: escaped(place.slice(0, mark)),
    query: escaped(place.slice(mark)),
  };
}

/** Percent-encodes the bytes that an address cannot contain. */
function escaped(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex -- those are among them
    /[\x00-\x20"<>\\^`{|}\x7f-\xff]/g,
    (byte) =>
      "%" + byte.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase(),
  );
}
