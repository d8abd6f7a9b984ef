/**
 * A member's sign-ins: the signed-in browsers, and the two-step sign-in.
 *
 * @module
 */
import { actorOf, Refused } from "../../actions/acting.ts";
import { turnOffTwoStep, turnOnTwoStep } from "../../actions/two_step.ts";
import { keyUri, newSecret, qrSvg } from "../../ops/totp.ts";
import { actingOf } from "../acting.ts";
import { table } from "../desk/layout.ts";
import { readForm, tokenField } from "../form.ts";
import { field } from "../form_fields.ts";
import { type Html, html, NOTHING, trusted } from "../html.ts";
import { page, panel } from "../layout.ts";
import { ownPasswordFault } from "../password_check.ts";
import { requireMember } from "../sign_in.ts";
import type { App, Context, Member, Site } from "../site.ts";
import { duration, time } from "../text.ts";
import type { WebSession } from "../web_sessions.ts";

const PATH = "/member/security";

export function securityPages(app: App, site: Site): void {
  app.get(PATH, (c) => securityPage(c, site, requireMember(c)));

  app.post(`${PATH}/end`, async (c) => {
    const { account, session } = requireMember(c);
    const form = await readForm(c, site);
    const others = site.sessions.of(account.uid)
      .filter((one) => one !== session);
    const wanted = form.text("session");
    const ended = others.filter(({ number }) =>
      wanted === "others" || wanted === String(number)
    );
    for (const one of ended) site.sessions.close(one);
    session.flash = {
      kind: "done",
      lines: [
        ended.length === 1 ? "It is signed out." : "They are signed out.",
      ],
    };
    return c.redirect(PATH, 303);
  });

  app.post(`${PATH}/on`, async (c) => {
    const member = requireMember(c);
    const { account, session } = member;
    const form = await readForm(c, site);
    const secret = session.newSecret;
    try {
      // A stolen cookie must not be enough to lock the member out.
      const fault = await ownPasswordFault(
        c,
        site,
        member,
        form.raw("password"),
      );
      if (fault !== null) throw new Refused(fault);
      if (secret === undefined || site.store.twoStep.get(account.uid)) {
        throw new Refused("Please begin again.");
      }
      const acting = actingOf(site, actorOf(account, c.env.address));
      const codes = turnOnTwoStep(acting, account, {
        secret,
        code: form.text("code"),
      });
      session.newSecret = undefined;
      // The other browsers have not passed a second step.
      site.sessions.closeAll(account.uid, session);
      return codesPage(c, site, codes);
    } catch (error) {
      return failed(c, session, error);
    }
  });

  app.post(`${PATH}/off`, async (c) => {
    const { account, session } = requireMember(c);
    const form = await readForm(c, site);
    try {
      if (!site.secondSteps.mayTry(account.uid, site.steady())) {
        throw new Refused("Too many wrong codes. Please wait a minute.");
      }
      const acting = actingOf(site, actorOf(account, c.env.address));
      turnOffTwoStep(acting, account, form.text("code"));
      session.flash = { kind: "done", lines: ["Two-step sign-in is off."] };
      return c.redirect(PATH, 303);
    } catch (error) {
      return failed(c, session, error);
    }
  });
}

function failed(c: Context, session: WebSession, error: unknown): Response {
  if (!(error instanceof Refused)) throw error;
  session.flash = { kind: "failed", lines: [error.message] };
  return c.redirect(PATH, 303);
}

function securityPage(c: Context, site: Site, member: Member): Response {
  return page(c, site, {
    title: "Sign-in and security",
    menu: "/member",
    main: html`<h1>Sign-in and security</h1>
<p><a href="/member">Back to your account</a></p>
${panel("Browsers that are signed in", sessions(c, site, member))}
${panel("Two-step sign-in", twoStep(c, site, member))}`,
  });
}

function sessions(c: Context, site: Site, { account, session }: Member): Html {
  const own = site.sessions.of(account.uid);
  const now = site.steady();
  const ago = (at: number) => `${duration((now - at) / 1000)} ago`;
  return html`${
    table(
      "Browsers that are signed in",
      ["Browser", "Address", "Signed in", "Last used", ""],
      own.map((one) => ({
        cells: [
          one.browser,
          one.address,
          ago(one.since),
          ago(one.lastAt),
          one === session
            ? html`<span class="tag on">this one</span>`
            : endForm(c, site, String(one.number), "Sign it out"),
        ],
      })),
    )
  }${
    own.length > 1 ? endForm(c, site, "others", "Sign out all others") : NOTHING
  }`;
}

function endForm(c: Context, site: Site, which: string, label: string): Html {
  return html`<form method="post" action="${PATH}/end">${tokenField(c, site)}
<input type="hidden" name="session" value="${which}">
<button class="button small">${label}</button></form>`;
}

function twoStep(c: Context, site: Site, { account, session }: Member): Html {
  const two = site.store.twoStep.get(account.uid);
  if (two !== undefined) {
    return html`<p>On since ${time(two.since)}; ${two.recovery.length} recovery
codes are left. The chat's own sign-on takes the password alone.</p>${
      codeForm(c, site, "off", "Turn it off")
    }`;
  }
  const secret = session.newSecret ??= newSecret();
  const name = site.config().server.name;
  return html`<p>A code from an app beside your password, on these pages. Read
this with the app (any that knows TOTP), then type the code that it shows.</p>
<p>${trusted(qrSvg(keyUri(secret, name, account.nickname)))}</p>
<p>Or type the secret: <code>${secret.replace(/(.{4})(?=.)/g, "$1 ")}</code></p>
${codeForm(c, site, "on", "Turn it on")}`;
}

function codeForm(
  c: Context,
  site: Site,
  which: "on" | "off",
  submit: string,
): Html {
  return html`
    <form method="post"
      action="${PATH}/${which}">${tokenField(
        c,
        site,
      )}<div class="fields">${field({
        name: "code",
        label: "Code",
        required: true,
        autocomplete: "one-time-code",
      })}${which === "off" ? NOTHING : field({
        name: "password",
        label: "Your password",
        type: "password",
        required: true,
        autocomplete: "current-password",
      })}</div><p class="actions"><button class="button">${submit}</button></p></form>
  `;
}

function codesPage(
  c: Context,
  site: Site,
  codes: readonly string[],
): Response {
  return page(c, site, {
    title: "Recovery codes",
    menu: "/member",
    main: html`<h1>Two-step sign-in is on</h1>
${
      panel(
        "Recovery codes",
        html`<p>Each of these signs you in once if you have lost your phone. They
are shown now and never again: print them or write them down.</p>
<ul>${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
<p><a class="button" href="${PATH}">I have them</a></p>`,
      )
    }`,
  });
}
