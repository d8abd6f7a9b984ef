/**
 * A member's e-mail address. Changing it requires the password, because
 * password reset links are sent there.
 *
 * @module
 */
import { actorOf } from "../../actions/acting.ts";
import {
  type EmailState,
  emailState,
  sendConfirmation,
} from "../../actions/email.ts";
import type { Account } from "../../domain/store.ts";
import { actingOf } from "../acting.ts";
import { readForm, tokenField } from "../form.ts";
import { field } from "../form_fields.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { panel } from "../layout.ts";
import { ownPasswordFault } from "../password_check.ts";
import { requireMember } from "../sign_in.ts";
import type { App, Context, Site } from "../site.ts";
import { refusedForm, type WebSession } from "../web_sessions.ts";
import { changeProfile } from "./profile_change.ts";

const HERE = "/member#email-panel";
const LATER = "Please ask for the link again in an hour.";

export function emailPages(app: App, site: Site): void {
  app.post("/member/email", async (c) => {
    const member = requireMember(c);
    const { account, session } = member;
    const form = await readForm(c, site);
    const fail = (name: string, fault: string) => {
      session.flash = {
        kind: "failed",
        lines: [fault],
        typed: form,
        of: "/member/email",
        faults: { [name]: fault },
      };
      return c.redirect(HERE, 303);
    };
    const fault = await ownPasswordFault(
      c,
      site,
      member,
      form.raw("email-password"),
    );
    if (fault !== null) return fail("email-password", fault);
    const given = new Map([["email", form.text("email")]]);
    const result = changeProfile(site, account, given, c.env.address);
    if (typeof result === "string") return fail("email", result);
    const after = site.store.accounts.get(account.uid) ?? account;
    const isOpen = emailState(site.store, after) === "unconfirmed" &&
      site.live.letters() !== null;
    session.flash = {
      kind: "done",
      lines: [
        "Your e-mail address is changed.",
        ...(result.confirmationSent
          ? ["Please open the link in the mail that is on its way."]
          : isOpen
          ? ["It is not confirmed, and no mail was sent. " + LATER]
          : []),
      ],
    };
    return c.redirect(HERE, 303);
  });

  app.post("/member/email/confirm", async (c) => {
    const { account, session } = requireMember(c);
    await readForm(c, site);
    const acting = actingOf(site, actorOf(account, c.env.address));
    session.flash = sendConfirmation(acting, account)
      ? { kind: "done", lines: [`A mail to ${account.email} is on its way.`] }
      : {
        kind: "failed",
        lines: ["No mail was sent. " + LATER],
      };
    return c.redirect(HERE, 303);
  });
}

const STATES: Readonly<Record<EmailState, string>> = {
  none: "You have given none.",
  unconfirmed: "It is not confirmed yet: no new password is sent there.",
  confirmed: "It is confirmed: a forgotten password can be replaced by e-mail.",
  given: "A forgotten password can be replaced by e-mail.",
};

export function emailPanel(
  c: Context,
  site: Site,
  account: Account,
  session: WebSession,
): Html {
  const state = emailState(site.store, account);
  const sends = site.live.letters() !== null;
  const { typed, faults } = refusedForm(session, "/member/email");
  return panel(
    "E-mail",
    html`<form method="post" action="/member/email">
${tokenField(c, site)}<div class="fields">${
      field({
        name: "email",
        label: "E-mail",
        type: "email",
        value: typed?.raw("email") ?? account.email,
        maxlength: 200,
        autocomplete: "email",
        help: sends ? STATES[state] : "This server sends no e-mail.",
        fault: faults?.["email"],
      })
    }${
      field({
        name: "email-password",
        label: "Your password",
        type: "password",
        required: true,
        autocomplete: "current-password",
        fault: faults?.["email-password"],
      })
    }</div>
<p class="actions"><button class="button">Change address</button></p></form>
${
      sends && state === "unconfirmed"
        ? html`
          <form method="post"
            action="/member/email/confirm">${tokenField(
              c,
              site,
            )}<button class="button small">Send the link again</button></form>
        `
        : NOTHING
    }`,
    "email-panel",
  );
}
