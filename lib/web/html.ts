/**
 * HTML from templates that escape whatever is put into them, behind hono's
 * helper. Nicknames, room names and texts are hostile input: nothing reaches
 * a page but through these.
 *
 * @module
 */
import { html as template, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** Text that is HTML already. */
export type Html = HtmlEscapedString;

/**
 * A template: values are escaped, `Html` and lists of it are put in as they
 * are, null, undefined and booleans vanish. Attributes want double quotes.
 */
export function html(
  strings: TemplateStringsArray,
  ...values: unknown[]
): Html {
  return template(strings, ...values) as Html;
}

/** For constants of ours only, never for what comes from outside. */
export function trusted(constant: string): Html {
  return raw(constant) as Html;
}

export const NOTHING: Html = trusted("");

/** ` name` or nothing: a boolean attribute. */
export function attribute(name: string, on: boolean | undefined): Html {
  return on ? trusted(` ${name}`) : NOTHING;
}
