/**
 * The page to request a new password by e-mail, and the page that confirms an
 * e-mail address.
 *
 * @module
 */
import { SERVER } from "../actions/acting.ts";
import {
  accountOfEmailLink,
  confirmEmail,
  mailResetLinks,
} from "../actions/email.ts";
import { composed } from "../actions/names.ts";
import { HostRates, type Rate } from "../net/rates.ts";
import { actingOf } from "./acting.ts";
import { readForm, tokenField } from "./form.ts";
import { field, formPanel } from "./form_fields.ts";
import { type Html, html } from "./html.ts";
import { page } from "./layout.ts";
import { Problem } from "./problem.ts";
import type { App, Context, Site } from "./site.ts";

/**
 * Rate of mails that one host may cause: a burst of five, then one in ten
 * minutes.
 */
const MAILS: Rate = { perSecond: 1 / 600, burst: 5 };

export function forgotPages(app: App, site: Site): void {
  const rates = new HostRates();

  app.get("/forgot", (c) => forgotPage(c, site));

  app.post("/forgot", async (c) => {
    const form = await readForm(c, site);
    if (site.live.letters() === null) return forgotPage(c, site);
    const wanted = composed(form.text("who")).slice(0, 200);
    const { address } = c.env;
    if (wanted === "") return forgotPage(c, site, "Write your nickname.");
    if (!rates.take(address, MAILS, site.steady())) {
      return forgotPage(
        c,
        site,
        "You have asked too often. Please wait ten minutes.",
        wanted,
      );
    }
    // After the answer, which takes equally long for a nickname that does not
    // exist.
    setTimeout(() => {
      try {
        mailResetLinks(
          actingOf(site, { ...SERVER, name: "visitor", address }),
          wanted,
        );
      } catch (error) {
        site.log.error("no mail for a new password", { error: `${error}` });
      }
    }, 0);
    return page(c, site, {
      title: "New password",
      main: html`<h1>Look into your mailbox</h1>
<p>If that account has an e-mail address that was confirmed, a mail with a link
for a new password is on its way. The link works for two hours.</p>
<p>Nothing came? ${askTheHost(site)}</p>`,
    });
  });

  app.get("/confirm", (c) => {
    const token = c.req.query("token") ?? "";
    const account = accountOfEmailLink(
      site.store,
      token,
      "confirm",
      site.clock(),
    );
    if (account === undefined) throw tooOld();
    // Needs a button, because programs that follow links in mails must not
    // confirm them.
    return page(c, site, {
      title: "E-mail",
      main: html`<h1>Your e-mail address</h1>
${
        formPanel({
          title: "Confirm",
          narrow: true,
          action: "/confirm",
          token: html`${
            tokenField(c, site)
          }<input type="hidden" name="link" value="${token}">`,
          submit: "Confirm",
          fields:
            html`<p>${account.email} is the address of ${account.nickname}.</p>`,
        })
      }`,
    });
  });

  app.post("/confirm", async (c) => {
    const form = await readForm(c, site);
    const { address } = c.env;
    const account = confirmEmail(
      actingOf(site, { ...SERVER, name: "visitor", address }),
      form.raw("link"),
    );
    if (account === undefined) throw tooOld();
    return page(c, site, {
      title: "E-mail",
      main: html`<h1>Thank you</h1>
<p>${account.email} is confirmed.</p>
<p><a href="/member">Your account</a></p>`,
    });
  });
}

function tooOld(): Problem {
  return new Problem(404, "This link was used already, or is too old.");
}

/** Tells the user how to reach the host, as far as the host has said. */
export function askTheHost(site: Site): Html {
  const { contact } = site.config().server;
  return contact === ""
    ? html`Please ask the host.`
    : html`Please ask the host: ${contact}`;
}

function forgotPage(
  c: Context,
  site: Site,
  fault?: string,
  typed = "",
): Response {
  if (site.live.letters() === null) {
    return page(c, site, {
      title: "New password",
      main: html`<h1>Forgotten your password?</h1>
<p>This server sends no e-mail. ${askTheHost(site)}</p>
<p>The host can make you a link by which you choose a new password.</p>`,
    });
  }
  return page(c, site, {
    title: "New password",
    status: fault === undefined ? 200 : 422,
    main: html`<h1>Forgotten your password?</h1>
${
      formPanel({
        title: "A link by e-mail",
        narrow: true,
        action: "/forgot",
        token: tokenField(c, site),
        submit: "Send me a link",
        fields: field({
          name: "who",
          label: "Your nickname, or your e-mail address",
          value: typed,
          required: true,
          maxlength: 200,
          autocomplete: "username",
          focus: true,
          fault,
        }),
        after: html`
          <p class="quiet">Your account has no e-mail address? ${askTheHost(
            site,
          )}</p>
        `,
      })
    }`,
  });
}
