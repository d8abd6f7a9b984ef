/**
 * The page of an invitation link: its visitor chooses a nickname and a password
 * and enters the room. Works even while registration is closed.
 *
 * @module
 */
import { isRefusal, register } from "../actions/register.ts";
import type { InviteCode } from "../domain/store.ts";
import { browserClient } from "./chat/browser_client.ts";
import { readForm, tokenField } from "./form.ts";
import type { Form } from "./form_data.ts";
import { field, formPanel } from "./form_fields.ts";
import { html, NOTHING } from "./html.ts";
import { notice, page } from "./layout.ts";
import { wishOf } from "./register_page.ts";
import { openSession } from "./sign_in.ts";
import type { App, Context, Site } from "./site.ts";

export function invitePages(app: App, site: Site): void {
  app.get("/invite/:code", (c) => {
    const invite = inviteOf(c, site);
    const member = c.get("member");
    if (invite !== undefined && member !== null) {
      return c.redirect(destination(invite), 303);
    }
    return invitePage(c, site, invite);
  });

  app.post("/invite/:code", async (c) => {
    const form = await readForm(c, site);
    const invite = inviteOf(c, site);
    if (invite === undefined) return invitePage(c, site, invite);
    const wish = { ...wishOf(form), code: invite.code, byLink: true };
    const result = await register(site, c.env.address, wish);
    if (isRefusal(result)) {
      return invitePage(c, site, invite, form, result.sentence);
    }
    openSession(c, site, result);
    return c.redirect(destination(invite), 303);
  });
}

/**
 * Returns undefined when the code is unknown, used up, expired, or not a link.
 */
function inviteOf(c: Context, site: Site): InviteCode | undefined {
  const code = c.req.param("code") ?? "";
  const invite = site.store.inviteCodes.find(code, site.clock());
  return invite?.link ? invite : undefined;
}

function destination({ room }: InviteCode): string {
  // Without the browser client, the connect page explains how to connect.
  if (browserClient() === undefined) return "/connect";
  return room === null ? "/chat" : `/chat?room=${room}`;
}

function invitePage(
  c: Context,
  site: Site,
  invite: InviteCode | undefined,
  form?: Form,
  fault?: string,
): Response {
  if (invite === undefined) {
    return page(c, site, {
      title: "Invitation",
      status: 404,
      main: html`<h1>This invitation cannot be used</h1>
<p>It has been used up, has expired or was taken back. Please ask for another.</p>`,
    });
  }
  const room = roomName(site, invite.room);
  return page(c, site, {
    title: "Invitation",
    status: fault === undefined ? 200 : 422,
    main: html`<h1>You are invited${
      room === undefined ? "" : ` to ${room}`
    }</h1>
${fault === undefined ? NOTHING : notice({ kind: "failed", lines: [fault] })}
${
      formPanel({
        title: "Pick a nickname",
        narrow: true,
        action: `/invite/${invite.code}`,
        token: tokenField(c, site),
        submit: "Come in",
        fields: html`${
          field({
            name: "nickname",
            label: "Nickname",
            required: true,
            maxlength: 127,
            autocomplete: "username",
            focus: true,
            value: form?.text("nickname") ?? "",
            help:
              "What everybody will see. Letters, digits, blanks; no comma and no equals sign.",
          })
        }${
          ["password", "repeat"].map((name) =>
            field({
              name,
              label: name === "password" ? "Password" : "Password again",
              type: "password",
              required: true,
              minlength: 5,
              maxlength: 12,
              autocomplete: "new-password",
              ...(name === "password" &&
                {
                  help:
                    "5 to 12 characters, as the client of 2002 wants it. Use it nowhere else.",
                }),
            })
          )
        }`,
        after: html`
          <p
            class="quiet">You have an account here? <a href="/sign-in?to=${encodeURIComponent(
              `/invite/${invite.code}`,
            )}">Sign in</a>.</p>
        `,
      })
    }`,
  });
}

function roomName(site: Site, gid: number | null): string | undefined {
  if (gid === null) return undefined;
  return site.store.rooms.get(gid)?.name ??
    site.live.rooms().find((one) => one.gid === gid)?.name;
}
