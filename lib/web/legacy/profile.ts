/**
 * Editing one's own profile in a browser that may refuse cookies: the form
 * includes nickname and password.
 *
 * @module
 */
import { readForm, tokenField } from "../form.ts";
import type { Form } from "../form_data.ts";
import { html } from "../html.ts";
import { changeProfile } from "../member/profile_change.ts";
import { PROFILE_LABELS } from "../profile_fields.ts";
import { checkPassword } from "../sign_in.ts";
import type { App, Context, Site } from "../site.ts";
import { complaint, input, legacyPage, submit } from "./page.ts";
import { LEGACY_PATHS } from "./paths.ts";

export function profilePages(app: App, site: Site): void {
  for (const path of [LEGACY_PATHS.profile, LEGACY_PATHS.modifyProfile]) {
    app.get(path, (c) => profilePage(c, site));
  }

  app.post(LEGACY_PATHS.profile, async (c) => {
    const form = await readForm(c, site, "windows-1252");
    const account = await checkPassword(
      site,
      c.env.address,
      form.text("nickname"),
      form.raw("password"),
      c.req.raw.signal,
    );
    if (typeof account === "string") {
      return profilePage(c, site, form, account);
    }
    const given = new Map(
      ["first", "last", "email", ...PROFILE_LABELS.map(({ key }) => key)]
        .filter((name) => form.text(name) !== "")
        .map((name) => [name, form.text(name)]),
    );
    const result = changeProfile(site, account, given, c.env.address);
    if (typeof result === "string") return profilePage(c, site, form, result);
    return legacyPage(c, site, {
      title: "My profile",
      body: html`<p>Your profile is changed.</p>`,
    });
  });
}

function profilePage(
  c: Context,
  site: Site,
  form?: Form,
  fault?: string,
): Response {
  const value = (name: string) => form?.text(name) ?? "";
  return legacyPage(c, site, {
    title: "My profile",
    body: html`${complaint(fault)}
<p>What you leave empty stays as it is.</p>
<form method="post" action="${LEGACY_PATHS.profile}">
${tokenField(c, site)}
<table border="0" cellspacing="2" cellpadding="2">
${input("Nickname", "nickname", value("nickname"), "text", 127)}
${input("Password", "password", "", "password", 12)}
${input("First name", "first", value("first"))}
${input("Last name", "last", value("last"))}
${input("E-mail", "email", value("email"))}
${PROFILE_LABELS.map(({ key, label }) => input(label, key, value(key)))}
${submit("Change my profile")}
</table>
</form>`,
  });
}
