/**
 * The layout of every page for modern browsers.
 *
 * @module
 */
import { LEVEL } from "../domain/store.ts";
import { VERSION } from "../version.ts";
import { assetPath } from "./assets.ts";
import { SITE_MENU } from "./page_table.ts";
import { tokenField } from "./form.ts";
import { type Html, html, NOTHING } from "./html.ts";
import type { Context, Site } from "./site.ts";
import type { Flash } from "./web_sessions.ts";

export interface Page {
  readonly title: string;
  readonly main: Html;
  /** The path of the menu entry that this page belongs to. */
  readonly menu?: string;
  /** Path of the event stream that updates the page. */
  readonly live?: string;
  /** Our scripts, in addition to the one for live pages. */
  readonly scripts?: readonly string[];
  /** A second menu, used by the desk. */
  readonly side?: Html;
  readonly status?: number;
}

export function page(c: Context, site: Site, one: Page): Response {
  const name = site.config().server.name;
  const text = html`
    <!DOCTYPE html>
    <html lang="en">
      <head>
    <meta charset="utf-8">
    <title>${one.title === name ? name : `${one.title} \u2013 ${name}`}</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <link rel="icon" href="${assetPath("icon.svg")}" type="image/svg+xml">
    <link rel="stylesheet" href="${assetPath("style.css")}">
    ${[...(one.live ? ["live.js"] : []), ...(one.scripts ?? [])].map((script) =>
      html`
        <script src="${assetPath(script)}" defer></script>
      `
    )}</head>
      <body${one.live
        ? html`
          data-live="${one.live}"
        `
        : NOTHING}>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
      <a class="brand" href="/"><span class="mark" aria-hidden="true"></span>${name}</a>
      ${menu(c, site, one.menu)}
        </header>
        <div class="frame${one.side ? " with-side" : ""}">
    ${one.side ?? NOTHING}
    <main id="main" tabindex="-1">
    ${flash(c)}
    ${one.main}
    </main>
        </div>
        <footer class="bottom">
          <p>Retropal ${VERSION} · a home for the Paltalk 5.0 client of 2002 · best viewed with a friend</p>
        </footer>
        </body>
        </html>
  `;
  return c.html(text, (one.status ?? 200) as 200);
}

function menu(c: Context, site: Site, current: string | undefined): Html {
  const member = c.get("member");
  const closed = site.config().auth.registration === "closed" ||
    site.store.emergency.get().level !== "open";
  const entries = SITE_MENU.filter(({ path }) =>
    path === "/register"
      ? member === null && !closed
      : path !== "/sign-in" || member === null
  ).map(({ label, path }): [string, string] => [path, label]);
  if (member !== null) {
    entries.push(["/member", member.account.nickname]);
    if (isStaff(c)) entries.push(["/desk", "Desk"]);
  }
  return html`
    <nav aria-label="Pages">
      <ul>${entries.map(([path, label]) =>
        html`<li><a href="${path}"${
          path === current
            ? html`
              aria-current="page"
            `
            : NOTHING
        }>${label}</a></li>`
      )}${member === null ? NOTHING : html`
        <li>
          <form method="post"
            action="/sign-out">${tokenField(
              c,
              site,
            )}<button class="link">Sign out</button></form>
        </li>
      `}</ul>
    </nav>
  `;
}

/** Returns whether this visitor's address and role allow the desk. */
export function isStaff(c: Context): boolean {
  const member = c.get("member");
  return member !== null && c.env.mayBeStaff &&
    LEVEL[member.account.role] >= LEVEL.moderator;
}

/** Shows the result of the last form, once. */
function flash(c: Context): Html {
  const session = c.get("member")?.session;
  const one = session?.flash;
  if (!session || !one) return NOTHING;
  session.flash = null;
  return notice(one);
}

export function notice({ kind, lines, links = [] }: Flash): Html {
  return html`<div class="notice ${kind}" role="${
    kind === "done" ? "status" : "alert"
  }">${
    lines.length > 1
      ? html`<pre>${lines.join("\n")}</pre>`
      : html`<p>${lines[0] ?? "Done."}</p>`
  }${
    links.length === 0 ? NOTHING : html`<p>${
      links.map(({ path, label }) =>
        html`
          <a href="${path}">${label}</a>
        `
      )
    }</p>`
  }</div>`;
}

/** Returns a titled panel that looks like a window of the time. */
export function panel(title: string, body: Html, id?: string): Html {
  return html`
    <section class="panel" ${id
      ? html`
        id="${id}"
      `
      : NOTHING}>
      <h2>${title}</h2>
      <div class="body">${body}</div>
    </section>
  `;
}
