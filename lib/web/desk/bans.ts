/**
 * Bans of accounts, addresses and networks.
 *
 * @module
 */
import { LEVEL } from "../../domain/store.ts";
import { html, NOTHING } from "../html.ts";
import { panel } from "../layout.ts";
import type { App, Site } from "../site.ts";
import { requireMember } from "../sign_in.ts";
import { time } from "../text.ts";
import { commandForm } from "./command_form.ts";
import { deskPage, table } from "./layout.ts";

export function banPages(app: App, site: Site): void {
  app.get("/desk/bans", (c) => {
    const { account } = requireMember(c);
    const { bans, accounts } = site.store;
    return deskPage(c, site, {
      title: "Bans",
      at: "/desk/bans",
      main: html`<h1>Bans</h1>
${
        panel(
          "In force",
          table(
            "Bans",
            [
              "Who",
              "Kind",
              "Until",
              "By",
              { head: "Reason", kind: "wide" },
              "",
            ],
            bans.list(site.clock()).map((ban) => {
              const label = ban.kind === "account"
                ? accounts.get(Number(ban.target))?.nickname ?? ban.target
                : ban.target;
              return {
                cells: [
                  label,
                  ban.kind,
                  ban.until === null ? "permanently" : time(ban.until),
                  ban.by,
                  ban.reason,
                  ban.rank > LEVEL[account.role] ? "" : commandForm(c, site, {
                    command: "ban remove",
                    submit: "End",
                    small: true,
                    show: [],
                    fixed: { target: label, kind: ban.kind },
                    back: "/desk/bans",
                  }),
                ],
              };
            }),
            "Nobody is banned.",
          ),
        )
      }
${
        panel(
          "A new ban",
          commandForm(c, site, {
            command: "ban add",
            submit: "Ban",
            back: "/desk/bans",
            danger: true,
          }),
        )
      }${
        LEVEL[account.role] < LEVEL.admin ? NOTHING : panel(
          "Many at once",
          html`<p><a href="/desk/commands/ban/import">Import bans</a> from a
file of another server, or <a href="/desk/commands/ban/export">export</a> them.</p>`,
        )
      }`,
    });
  });
}
