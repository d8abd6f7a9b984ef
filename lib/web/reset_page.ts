/**
 * The page behind a password reset link.
 *
 * @module
 */
import { actorOf } from "../actions/acting.ts";
import { composed } from "../actions/names.ts";
import { replacePassword } from "../actions/password.ts";
import { accountOfLink, endResetLinks } from "../actions/reset_link.ts";
import { passwordFault } from "../domain/accounts.ts";
import type { Account } from "../domain/store.ts";
import { hostKey } from "../net/addresses.ts";
import { encodeText } from "../protocol/windows1252.ts";
import { actingOf } from "./acting.ts";
import { readForm, tokenField } from "./form.ts";
import { field, formPanel } from "./form_fields.ts";
import { html, NOTHING } from "./html.ts";
import { notice, page } from "./layout.ts";
import { Problem } from "./problem.ts";
import type { App, Context, Site } from "./site.ts";

export function resetPages(app: App, site: Site): void {
  app.get("/reset", (c) => {
    const token = c.req.query("token") ?? "";
    return resetPage(c, site, requireLink(site, token), token);
  });

  app.post("/reset", async (c) => {
    const form = await readForm(c, site);
    const token = form.raw("link");
    const account = requireLink(site, token);
    const password = composed(form.raw("password"));
    const fault = passwordFault(password) ??
      (password === composed(form.raw("repeat"))
        ? null
        : "The two passwords differ.");
    if (fault !== null) return resetPage(c, site, account, token, fault);
    const passwordHash = await site.passwords.hash(encodeText(password), {
      from: hostKey(c.env.address),
    });
    // Hashing takes time, and the link may have been used meanwhile.
    const now = requireLink(site, token);
    replacePassword(
      actingOf(site, actorOf(now, c.env.address)),
      now,
      passwordHash,
    );
    endResetLinks(site.store, now.uid);
    site.sessions.closeAll(now.uid);
    site.log.info("password changed by a link", {
      uid: now.uid,
      nickname: now.nickname,
      address: c.env.address,
    });
    return page(c, site, {
      title: "New password",
      main: html`<h1>Your password is changed</h1>
<p>Sign on as ${now.nickname} with the new one. <a href="/sign-in">Sign in here</a></p>`,
    });
  });
}

/** Throws {@linkcode Problem} for an invalid link. */
function requireLink(site: Site, token: string): Account {
  const account = accountOfLink(site.store, token, site.clock());
  if (account !== undefined) return account;
  throw new Problem(
    404,
    "This link was used already, or is too old: ask for another.",
  );
}

function resetPage(
  c: Context,
  site: Site,
  { nickname }: Account,
  token: string,
  fault?: string,
): Response {
  return page(c, site, {
    title: "New password",
    status: fault === undefined ? 200 : 422,
    scripts: ["register.js"],
    main: html`<h1>A new password for ${nickname}</h1>
${fault === undefined ? NOTHING : notice({ kind: "failed", lines: [fault] })}
${
      formPanel({
        title: "New password",
        narrow: true,
        action: "/reset",
        token: html`${
          tokenField(c, site)
        }<input type="hidden" name="link" value="${token}">`,
        submit: "Change password",
        fields: html`${
          (["password", "repeat"] as const).map((name) =>
            field({
              name,
              label: name === "password"
                ? "New password"
                : "New password again",
              type: "password",
              required: true,
              minlength: 5,
              maxlength: 12,
              autocomplete: "new-password",
              checked: true,
              ...(name === "password" && { help: "5 to 12 characters." }),
            })
          )
        }`,
      })
    }`,
  });
}
