/**
 * Invite codes.
 *
 * @module
 */
import { html, NOTHING } from "../html.ts";
import { panel } from "../layout.ts";
import type { App, Site } from "../site.ts";
import { time } from "../text.ts";
import { commandForm } from "./command_form.ts";
import { deskPage, table } from "./layout.ts";

export function invitePages(app: App, site: Site): void {
  app.get("/desk/invites", (c) => {
    const policy = site.config().auth.registration;
    return deskPage(c, site, {
      title: "Invite codes",
      at: "/desk/invites",
      main: html`<h1>Invite codes</h1>
${
        policy === "invite" ? NOTHING : html`
          <p
            class="quiet">Registration is ${policy}: codes count while <code>auth.registration</code> is "invite".</p>
        `
      }
${
        panel(
          "Codes that can be used",
          table(
            "Invite codes",
            ["Code", { head: "Uses left", kind: "number" }, "Until", "By", ""],
            site.store.inviteCodes.list(site.clock()).map((one) => ({
              cells: [
                html`<a href="/register?code=${
                  encodeURIComponent(one.code)
                }"><code>${one.code}</code></a>`,
                one.usesLeft,
                one.expiresAt === null ? "no end" : time(one.expiresAt),
                one.createdBy,
                commandForm(c, site, {
                  command: "invite remove",
                  submit: "Remove",
                  small: true,
                  show: [],
                  fixed: { code: one.code },
                  back: "/desk/invites",
                }),
              ],
            })),
            "There are none.",
          ),
        )
      }
${
        panel(
          "A new code",
          commandForm(c, site, {
            command: "invite add",
            submit: "Make a code",
            back: "/desk/invites",
          }),
        )
      }`,
    });
  });
}
