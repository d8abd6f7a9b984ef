/**
 * Pages that a browser of 2002 can render: tables, fonts, Windows-1252, no
 * style sheets and no scripts.
 *
 * @module
 */
import { encodeText } from "../../protocol/windows1252.ts";
import { type Html, html } from "../html.ts";
import type { Context, Site } from "../site.ts";
import { LEGACY_PATHS } from "./paths.ts";

export function legacyPage(
  c: Context,
  site: Site,
  one: { title: string; body: Html; status?: number },
): Response {
  const { name } = site.config().server;
  return legacyResponse(
    c,
    html`
      <!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">
      <html lang="en">
        <head>
          <meta http-equiv="Content-Type" content="text/html; charset=windows-1252">
          <title>${one.title} - ${name}</title>
        </head>
        <body bgcolor="#ffffff" text="#000000" link="#003399" vlink="#663399">
          <div role="banner">
            <table width="100%" border="0" cellspacing="0" cellpadding="8"
              bgcolor="#0a246a">
              <tr>
                <td>
                  <font face="Tahoma, Arial" size="4"
                    color="#ffffff"><b>${name}</b></font>
                </td>
              </tr>
            </table>
          </div>
          <div role="navigation">
            <table width="100%" border="0" cellspacing="0" cellpadding="4"
              bgcolor="#ece9d8">
              <tr>
                <td>
                  <font face="Tahoma, Arial"
                    size="2"><a href="${LEGACY_PATHS.status}">This server</a> |
      <a href="${LEGACY_PATHS.groups}">Groups</a> |
      <a href="${LEGACY_PATHS.search}">Find a pal</a> |
      <a href="${LEGACY_PATHS.profile}">My profile</a> |
      <a href="${LEGACY_PATHS.signUp}">New user</a></font>
                </td>
              </tr>
            </table>
          </div>
          <div role="main">
            <font face="Tahoma, Arial" size="2">
      <h1>${one.title}</h1>
      ${one.body}
          </font>
          </div>
        </body>
      </html>
    `,
    one.status,
  );
}

export function legacyResponse(
  c: Context,
  text: Html,
  status = 200,
): Response {
  return c.body(encodeText(String(text)), status as 200, {
    "content-type": "text/html; charset=windows-1252",
  });
}

/** Returns a row of a form: label on the left, field on the right. */
export function row(label: Html | string, field: Html): Html {
  return html`
    <tr>
      <td align="right">
        <font face="Tahoma, Arial" size="2">${label}</font>
      </td>
      <td>
        <font face="Tahoma, Arial" size="2">${field}</font>
      </td>
    </tr>
  `;
}

export function input(
  label: string,
  name: string,
  value = "",
  type: "text" | "password" = "text",
  length = 200,
): Html {
  const typed = type === "text"
    ? html`
      value="${value}"
    `
    : "";
  return row(
    html`<label for="${name}">${label}</label>`,
    html`
      <input type="${type}" name="${name}" id="${name}" size="30"
        maxlength="${length}" ${typed}>
    `,
  );
}

export function submit(label: string): Html {
  return row("", html`<input type="submit" value="${label}">`);
}

export function complaint(sentence: string | undefined): Html {
  return sentence
    ? html`
      <p>
        <font color="#cc0000"><b>${sentence}</b></font>
      </p>
    `
    : html``;
}
