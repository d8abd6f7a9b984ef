/**
 * The fields of a form, decoded from the body of a request.
 *
 * @module
 */
import { decodeText, encodeText } from "../protocol/windows1252.ts";
import { Problem } from "./problem.ts";

const MOST_FIELDS = 200;

export type FormCharset = "utf-8" | "windows-1252";

export class Form {
  readonly #fields: ReadonlyMap<string, string>;

  constructor(fields: ReadonlyMap<string, string>) {
    this.#fields = fields;
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  /** Returns the value, or "" for a missing field. */
  raw(name: string): string {
    return this.#fields.get(name) ?? "";
  }

  /** Returns the value without surrounding spaces. */
  text(name: string): string {
    return this.raw(name).trim();
  }

  names(): Iterable<string> {
    return this.#fields.keys();
  }
}

/** Parses a form; the first value of each name counts. */
export function parseForm(body: Uint8Array, charset: FormCharset): Form {
  const fields = new Map<string, string>();
  const pairs = decodeText(body).split("&", MOST_FIELDS + 1);
  if (pairs.length > MOST_FIELDS) {
    throw new Problem(413, "These are too many fields.");
  }
  for (const pair of pairs) {
    if (pair === "") continue;
    const [name = "", ...value] = pair.split("=");
    const key = formText(name, charset);
    if (!fields.has(key)) fields.set(key, formText(value.join("="), charset));
  }
  return new Form(fields);
}

/** Decodes percent-encoded bytes of a form or a query. */
export function formText(encoded: string, charset: FormCharset): string {
  const bytes = percentBytes(encoded.replaceAll("+", " "));
  if (charset === "windows-1252") return decodeText(bytes);
  return new TextDecoder().decode(bytes);
}

/** Decodes percent escapes; invalid escapes are kept as they are. */
export function percentBytes(encoded: string): Uint8Array {
  const bytes: number[] = [];
  for (const [part] of encoded.matchAll(/%[0-9a-f]{2}|[^%]+|%/gi)) {
    if (/^%[0-9a-f]{2}$/i.test(part)) bytes.push(parseInt(part.slice(1), 16));
    else bytes.push(...encodeText(part));
  }
  return Uint8Array.from(bytes);
}
