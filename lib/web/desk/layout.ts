/**
 * The layout of the desk's pages: their own menu beside the content.
 *
 * @module
 */
import { waitingAccounts } from "../../actions/applications.ts";
import { waitingComplaints } from "../../actions/complaints.ts";
import { type Account, LEVEL, type Role } from "../../domain/store.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { type Page, page } from "../layout.ts";
import { pickerLists } from "./controls.ts";
import { DESK_MENU } from "../page_table.ts";
import type { Context, Site } from "../site.ts";

export function deskPage(
  c: Context,
  site: Site,
  one: Omit<Page, "side" | "menu"> & { readonly at: string },
): Response {
  const main = String(one.main);
  return page(c, site, {
    ...one,
    main: html`${one.main}${pickerLists(site, main)}`,
    scripts: [
      ...(one.scripts ?? []),
      ...(main.includes("<table") ? ["tables.js"] : []),
      ...(main.includes("data-into=") ? ["upload.js"] : []),
      ...(main.includes("data-backup=") ? ["backup.js"] : []),
    ],
    title: `${one.title} – Desk`,
    menu: "/desk",
    side: side(c, site, one.at),
  });
}

function side(c: Context, site: Site, at: string): Html {
  const account = c.get("member")?.account;
  const role = account?.role ?? "user";
  // Shows only pages that this role may open, so that no entry leads to a
  // refusal.
  const entries = DESK_MENU.filter((entry) =>
    LEVEL[role] >= LEVEL[entry.role as Role]
  );
  return html`
    <nav class="side" aria-label="Desk">
      <ul>${entries.map(({ path, label }) =>
        html`<li><a href="${path}"${
          path === at
            ? html`
              aria-current="page"
            `
            : NOTHING
        }>${label}${badge(site, path, account)}</a></li>`
      )}</ul>
    </nav>
  `;
}

/**
 * Returns the number of complaints or applications that wait for a decision.
 */
function badge(
  { store }: Site,
  path: string,
  account: Account | undefined,
): Html {
  if (account === undefined) return NOTHING;
  const actor = { uid: account.uid, level: LEVEL[account.role] };
  const count = path === "/desk/complaints"
    ? waitingComplaints(store, actor).filter(({ state }) => state === "open")
      .length
    : path === "/desk/applications"
    ? waitingAccounts(store).length
    : 0;
  return count === 0 ? NOTHING : html`
    <span class="tag bad">${count}</span>
  `;
}

export interface Column {
  readonly head: string;
  readonly kind?: "number" | "wide" | "bytes";
}

/** Returns a table that scrolls by itself on a narrow screen. */
export function table(
  caption: string,
  columns: readonly (Column | string)[],
  rows: readonly { readonly id?: string; readonly cells: readonly unknown[] }[],
  none = "Nothing here.",
): Html {
  if (rows.length === 0) return html`<p class="quiet">${none}</p>`;
  const all = columns.map((one) =>
    typeof one === "string" ? { head: one } : one
  ) as readonly Column[];
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="${caption}">
      <table>
        <caption class="unseen">${caption}</caption>
        <thead>
          <tr>${all.map(({ head, kind }) =>
            html`<th scope="col" class="${kind ?? ""}">${
              head || html`<span class="unseen">Actions</span>`
            }</th>`
          )}</tr>
        </thead>
        <tbody>${rows.map((row) => tableRow(all, row))}</tbody>
      </table>
    </div>
  `;
}

export function tableRow(
  columns: readonly Column[],
  row: { readonly id?: string; readonly cells: readonly unknown[] },
): Html {
  return html`<tr${
    row.id
      ? html`
        id="${row.id}"
      `
      : NOTHING
  }>${
    row.cells.map((cell, i) =>
      html`<td class="${columns[i]?.kind ?? ""}">${cell}</td>`
    )
  }</tr>`;
}

export function facts(
  list: readonly (readonly [string, unknown])[],
): Html {
  return html`<dl class="facts">${
    list.map(([name, value]) =>
      html`
        <div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>
      `
    )
  }</dl>`;
}
