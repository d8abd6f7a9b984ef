/**
 * Shows long lists one page at a time.
 *
 * @module
 */
import { type Html, html, NOTHING } from "../html.ts";
import type { Context } from "../site.ts";

const FURTHEST = 1_000_000;

export interface Pager {
  /** Number of rows before this page. */
  readonly from: number;
  /** Returns the links to the previous and the next page. */
  show(more: boolean): Html;
}

/** Reads `from` from the query; the links keep the rest of the query. */
export function pager(c: Context, path: string, size: number): Pager {
  const from = Math.min(
    FURTHEST,
    Math.max(0, Math.floor(Number(c.req.query("from")) || 0)),
  );
  const link = (at: number, label: string) => {
    const query = new URLSearchParams(c.req.query());
    query.set("from", String(at));
    return html`
      <a class="button small" href="${path}?${query}">${label}</a>
    `;
  };
  return {
    from,
    show: (more) =>
      from === 0 && !more
        ? NOTHING
        : html`<p>${
          from > 0 ? link(Math.max(0, from - size), "Back") : NOTHING
        }${more ? link(from + size, "More") : NOTHING}</p>`,
  };
}
