/**
 * HTML templates that escape every value, based on hono's helper. Nicknames,
 * room names and texts are hostile input: pages are built only with these.
 *
 * @module
 */
import { html as template, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** Text that is HTML already. */
export type Html = HtmlEscapedString;

/**
 * Builds HTML: values are escaped, `Html` and lists of it are inserted
 * unchanged; null, undefined and booleans are omitted. Attributes need double
 * quotes.
 */
export function html(
  strings: TemplateStringsArray,
  ...values: unknown[]
): Html {
  return template(strings, ...values) as Html;
}

/** Marks a constant of the program as HTML; never use it for outside input. */
export function trusted(constant: string): Html {
  return raw(constant) as Html;
}

export const NOTHING: Html = trusted("");

/** Returns a boolean attribute: ` name` or nothing. */
export function attribute(name: string, on: boolean | undefined): Html {
  return on ? trusted(` ${name}`) : NOTHING;
}
