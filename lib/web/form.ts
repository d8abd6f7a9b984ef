/**
 * Reads the form of a request and checks its size, its type, and that it was
 * sent from a page of this site.
 *
 * @module
 */
import { type Form, type FormCharset, parseForm } from "./form_data.ts";
import { equalText } from "./form_tokens.ts";
import { type Html, html } from "./html.ts";
import { Problem } from "./problem.ts";
import type { Context, Site } from "./site.ts";

const MOST_BYTES = 64 * 1024;

/** The hidden field that every form has. */
export const TOKEN_FIELD = "form_token";

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

/** The header that carries the token of a request without a form. */
const TOKEN_HEADER = "x-form-token";

/**
 * Reads a POST of bytes from a page's script, and checks its token. Throws
 * {@linkcode Problem}.
 */
export async function readBytes(c: Context, site: Site): Promise<Uint8Array> {
  requireSameOrigin(c.req.raw);
  if (c.req.header("content-type") !== "application/octet-stream") {
    throw new Problem(415, "This takes bytes only.");
  }
  if (!tokenHolds(c, site, c.req.header(TOKEN_HEADER) ?? "")) {
    throw new Problem(403, "Please reload the page.");
  }
  return await readBody(c.req.raw);
}

/**
 * Returns the hidden token field for forms on the page that answers this
 * request.
 */
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
 * Browsers report the page that a form was sent from, which must belong to this
 * site. Those of 2002 report nothing and are checked only by the token.
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
