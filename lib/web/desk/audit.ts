/**
 * The audit log: which actor did what to whom.
 *
 * @module
 */
import { field } from "../form_fields.ts";
import { html } from "../html.ts";
import { panel } from "../layout.ts";
import type { App, Site } from "../site.ts";
import { time } from "../text.ts";
import { deskPage, table } from "./layout.ts";

const MOST = 200;

export function auditPages(app: App, site: Site): void {
  app.get("/desk/audit", (c) => {
    const given = (name: string) =>
      c.req.query(name)?.trim().slice(0, 200) ?? "";
    const actor = given("actor");
    const action = given("action");
    const target = given("target");
    site.store.flush();
    const entries = site.store.audit.list({
      limit: MOST,
      ...(actor && { actor }),
      ...(action && { action }),
      ...(target && { target }),
    });
    return deskPage(c, site, {
      title: "Audit log",
      at: "/desk/audit",
      main: html`<h1>Audit log</h1>
${
        panel(
          "Newest first",
          html`<form class="search" method="get" action="/desk/audit" role="search">
${
            field({ name: "actor", label: "By whom", value: actor })
          }
${
            field({ name: "action", label: "What", value: action })
          }
${
            field({ name: "target", label: "To whom", value: target })
          }
<button class="button">Search</button>
</form>
${
            table(
              "Audit log",
              ["When", "Who", "From", "What", "To", {
                head: "Before",
                kind: "wide",
              }, {
                head: "After",
                kind: "wide",
              }],
              entries.map((one) => ({
                cells: [
                  time(one.at),
                  one.actor,
                  one.address ?? "",
                  one.action,
                  one.target,
                  one.before ?? "",
                  one.after ?? "",
                ],
              })),
              "Nothing was found.",
            )
          }`,
        )
      }`,
    });
  });
}
