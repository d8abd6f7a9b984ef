/**
 * /webreg.html: the client opens it for "new user" and exits, so this page is
 * the registration.
 *
 * @module
 */
import { readForm, tokenField } from "../form.ts";
import type { Form } from "../form_data.ts";
import { applicationFault } from "../../actions/applications.ts";
import { html } from "../html.ts";
import { wishOf } from "../register_page.ts";
import { isRefusal, register } from "../../actions/register.ts";
import type { App, Context, Site } from "../site.ts";
import { complaint, input, legacyPage, submit } from "./page.ts";
import { LEGACY_PATHS } from "./paths.ts";

export function signUpPages(app: App, site: Site): void {
  app.get(LEGACY_PATHS.signUp, (c) => signUpPage(c, site));

  app.post(LEGACY_PATHS.signUp, async (c) => {
    const form = await readForm(c, site, "windows-1252");
    const result = await register(site, c.env.address, wishOf(form));
    if (isRefusal(result)) return signUpPage(c, site, form, result.sentence);
    if (applicationFault(site.store, result.uid) !== null) {
      return legacyPage(c, site, {
        title: "Please wait",
        body: html`<p>Your nickname is <b>${result.nickname}</b>.</p>
<p>The host looks at new accounts here. Try to sign on later: Paltalk tells you
whether you may come in.</p>`,
      });
    }
    return legacyPage(c, site, {
      title: "Welcome",
      body: html`<p>Your nickname is <b>${result.nickname}</b>.</p>
<p>Now start Paltalk again, type this nickname and your password, and sign on.</p>`,
    });
  });
}

function signUpPage(
  c: Context,
  site: Site,
  form?: Form,
  fault?: string,
): Response {
  const policy = site.config().auth.registration;
  if (policy === "closed") {
    return legacyPage(c, site, {
      title: "New user",
      status: form ? 403 : 200,
      body:
        html`<p>Nicknames are given out by the host of this server. Please ask them for one.</p>`,
    });
  }
  const value = (name: string) => form?.text(name) ?? "";
  return legacyPage(c, site, {
    title: "New user",
    body: html`${complaint(fault)}
<p>Choose a nickname and a password of 5 to 12 characters. The old program sends
passwords almost in the clear: use this one nowhere else.</p>
<form method="post" action="${LEGACY_PATHS.signUp}">
${tokenField(c, site)}
<table border="0" cellspacing="2" cellpadding="2">
${policy === "invite" ? input("Invite code", "code", value("code")) : ""}
${
      policy === "approval"
        ? input("A few words to the host", "message", value("message"))
        : ""
    }
${input("Nickname", "nickname", value("nickname"), "text", 127)}
${input("Password", "password", "", "password", 12)}
${input("Password again", "repeat", "", "password", 12)}
${input("E-mail (if you like)", "email", value("email"))}
${input("First name (if you like)", "first", value("first"))}
${input("Last name (if you like)", "last", value("last"))}
${submit("Make my account")}
</table>
</form>`,
  });
}
