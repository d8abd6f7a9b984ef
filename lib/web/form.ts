/**
 * Reading what a form sent: bounded, of the right kind, and from a page of
 * ours.
 *
 * @module
 */
import { decodeText, encodeText } from "../protocol/windows1252.ts";
import { equalText } from "./form_tokens.ts";
import { type Html, html } from "./html.ts";
import { Problem } from "./problem.ts";
import type { Context, Site } from "./site.ts";

const MOST_BYTES = 64 * 1024;
const MOST_FIELDS = 200;

/** The hidden field that each form carries. */
export const TOKEN_FIELD = "form_token";

export type FormCharset = "utf-8" | "windows-1252";

export class Form {
  readonly #fields: ReadonlyMap<string, string>;

  constructor(fields: ReadonlyMap<string, string>) {
    this.#fields = fields;
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  /** "" for a field that did not come. */
  raw(name: string): string {
    return this.#fields.get(name) ?? "";
  }

  /** Without blanks around it. */
  text(name: string): string {
    return this.raw(name).trim();
  }

  names(): Iterable<string> {
    return this.#fields.keys();
  }
}

/**
 * Reads the body of a POST and checks its token. Throws {@linkcode Problem}.
 */
export async function readForm(
  c: Context,
  site: Site,
  charset: FormCharset = "utf-8",
): Promise<Form> {
  requireSameOrigin(c.req.raw);
  const type = c.req.header("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) {
    throw new Problem(415, "This takes forms only.");
  }
  const form = parseForm(await readBody(c.req.raw), charset);
  if (!tokenHolds(c, site, form.raw(TOKEN_FIELD))) {
    throw new Problem(
      403,
      "This form is too old, or did not come from this site: " +
        "go back, reload the page and send it again.",
    );
  }
  return form;
}

/** The token for forms on the page that answers this request. */
export function tokenField(c: Context, site: Site): Html {
  const member = c.get("member");
  const token = member?.session.formToken ??
    site.tokens.for(c.env.address, site.steady());
  return html`<input type="hidden" name="${TOKEN_FIELD}" value="${token}">`;
}

function tokenHolds(c: Context, site: Site, token: string): boolean {
  const member = c.get("member");
  return member
    ? equalText(token, member.session.formToken)
    : site.tokens.holds(token, c.env.address, site.steady());
}

/**
 * Browsers say from where a form was sent; where they do, it must be this
 * site. Those of 2002 say nothing and are left to the token.
 */
function requireSameOrigin(request: Request): void {
  const fetchSite = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const elsewhere = fetchSite !== null
    ? fetchSite !== "same-origin" && fetchSite !== "none"
    : origin !== null && !isOwnOrigin(origin, request.headers.get("host"));
  if (elsewhere) {
    throw new Problem(403, "This form was sent from another site.");
  }
}

function isOwnOrigin(origin: string, host: string | null): boolean {
  try {
    return host !== null &&
      new URL(origin).host === new URL(`http://${host}`).host;
  } catch {
    return false;
  }
}

async function readBody(request: Request): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.length;
    if (length > MOST_BYTES) throw new Problem(413, "This is too long.");
    parts.push(part);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The first value of each name counts. */
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

/** Percent-encoded bytes of a form or a query as text. */
export function formText(encoded: string, charset: FormCharset): string {
  const bytes = percentBytes(encoded.replaceAll("+", " "));
  if (charset === "windows-1252") return decodeText(bytes);
  return new TextDecoder().decode(bytes);
}

/** Bytes that are no percent escape stand for themselves. */
export function percentBytes(encoded: string): Uint8Array {
  const bytes: number[] = [];
  for (const [part] of encoded.matchAll(/%[0-9a-f]{2}|[^%]+|%/gi)) {
    if (/^%[0-9a-f]{2}$/i.test(part)) bytes.push(parseInt(part.slice(1), 16));
    else bytes.push(...encodeText(part));
  }
  return Uint8Array.from(bytes);
}
