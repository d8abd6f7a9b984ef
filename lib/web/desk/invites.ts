/**
 * Invitation links with QR codes, and invite codes.
 *
 * @module
 */
import { renderSVG } from "uqr";
import { inviteUrl } from "../../commands/invite.ts";
import type { InviteCode } from "../../domain/store.ts";
import { html, NOTHING } from "../html.ts";
import { panel } from "../layout.ts";
import { notFound } from "../problem.ts";
import type { App, Context, Site } from "../site.ts";
import { time } from "../text.ts";
import { requireStaff } from "./access.ts";
import { commandForm } from "./command_form.ts";
import { deskPage, table } from "./layout.ts";

export function invitePages(app: App, site: Site): void {
  app.get("/desk/invites", (c) => {
    const policy = site.config().auth.registration;
    const invites = site.store.inviteCodes.list(site.clock());
    return deskPage(c, site, {
      title: "Invitations",
      at: "/desk/invites",
      main: html`<h1>Invitations</h1>
${
        panel(
          "Links",
          html`
            ${invites.filter(({ link }) => link).map((one) =>
              linkEntry(c, site, one)
            )}
            <p
              class="quiet">A link always counts, whatever registration is. People who open it pick a nickname and come in.</p>
          `,
        )
      }
${
        panel(
          "A new link",
          commandForm(c, site, {
            command: "invite link",
            submit: "Make a link",
            back: "/desk/invites",
          }),
        )
      }
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
            invites.filter(({ link }) => !link).map((one) => ({
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
  app.get("/desk/invites/:code/qr.svg", (c) => {
    requireStaff(c, "admin");
    const code = c.req.param("code");
    const invite = site.store.inviteCodes.find(code, site.clock());
    if (!invite?.link) throw notFound();
    return c.body(renderSVG(urlOf(site, invite), { border: 4 }), 200, {
      "content-type": "image/svg+xml",
    });
  });
}

function urlOf(site: Site, { code }: InviteCode): string {
  return inviteUrl({ config: site.config(), live: site.live }, code);
}

function linkEntry(c: Context, site: Site, invite: InviteCode) {
  const url = urlOf(site, invite);
  const until = invite.expiresAt === null
    ? "permanently"
    : html`until ${time(invite.expiresAt)}`;
  return html`<div class="invite">
<img src="/desk/invites/${invite.code}/qr.svg" width="180" height="180" alt="QR code of this link">
<p><a href="${url}"><code>${url}</code></a></p>
<p>${
    invite.room === null ? "" : `Room ${invite.room}, `
  }${invite.usesLeft} uses left, ${until}, by ${invite.createdBy}</p>
${
    commandForm(c, site, {
      command: "invite remove",
      submit: "Revoke",
      small: true,
      show: [],
      fixed: { code: invite.code },
      back: "/desk/invites",
    })
  }</div>`;
}
