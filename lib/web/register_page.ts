/**
 * The page to register a nickname.
 *
 * @module
 */
import { readForm, tokenField } from "./form.ts";
import type { Form } from "./form_data.ts";
import { askTheHost } from "./forgot_page.ts";
import { field, type FieldOptions, formPanel } from "./form_fields.ts";
import { type Html, html, NOTHING } from "./html.ts";
import { notice, page } from "./layout.ts";
import { notFound } from "./problem.ts";
import { applicationFault, LONGEST_MESSAGE } from "../actions/applications.ts";
import type { Account } from "../domain/store.ts";
import { composed, nicknameRefusal } from "../actions/names.ts";
import {
  isRefusal,
  register,
  type RegisterRefusal,
  type RegisterWish,
} from "../actions/register.ts";
import { localPath, openSession } from "./sign_in.ts";
import type { App, Context, Site } from "./site.ts";

export function registerPages(app: App, site: Site): void {
  app.get("/register", (c) => registerPage(c, site));

  app.post("/register", async (c) => {
    const form = await readForm(c, site);
    const result = await register(site, c.env.address, wishOf(form));
    if (isRefusal(result)) return registerPage(c, site, form, result);
    if (applicationFault(site.store, result.uid) !== null) {
      return waitsPage(c, site, result);
    }
    const { httpsOrigin } = c.env;
    const to = localPath(form.raw("to")) ?? "/member";
    // A session that began on http could be intercepted.
    if (httpsOrigin !== null) return c.redirect(httpsOrigin + to, 303);
    openSession(c, site, result).flash = {
      kind: "done",
      lines: [
        `Welcome, ${result.nickname}! Sign on with this nickname and password.`,
      ],
    };
    return c.redirect(to, 303);
  });

  // Queried by the script while the user types. Passwords are never sent here.
  app.get("/register/check", (c) => {
    if (site.config().auth.registration === "closed") throw notFound();
    const nickname = composed((c.req.query("nickname") ?? "").trim());
    const chosen = site.config();
    return c.json({ fault: nicknameRefusal(site.store, nickname, { chosen }) });
  });
}

export function wishOf(form: Form): RegisterWish {
  return {
    nickname: composed(form.text("nickname")),
    password: composed(form.raw("password")),
    repeat: composed(form.raw("repeat")),
    email: form.text("email"),
    first: form.text("first"),
    last: form.text("last"),
    code: form.text("code"),
    message: form.text("message"),
  };
}

function waitsPage(c: Context, site: Site, { nickname }: Account): Response {
  return page(c, site, {
    title: "Join",
    menu: "/register",
    main: html`<h1>Your account waits for approval</h1>
<p>The host looks at new accounts here. Try to sign on as ${nickname} later:
your client, or <a href="/sign-in">the sign-in page</a>, says whether you may
come in. After ${site.config().auth.approval_days} days without an answer the
account is removed.</p>`,
  });
}

function registerPage(
  c: Context,
  site: Site,
  form?: Form,
  refusal?: RegisterRefusal,
): Response {
  const policy = site.config().auth.registration;
  if (policy === "closed") {
    return page(c, site, {
      title: "Join",
      status: form ? 403 : 200,
      main: html`<h1>Join</h1>
<p>Nicknames are given out by the host here. 
${askTheHost(site)} Then <a href="/connect">connect</a>.</p>`,
    });
  }
  const to = localPath(form ? form.raw("to") : c.req.query("to"));
  const one = (options: FieldOptions) =>
    field({ ...options, ...(form && { value: form.text(options.name) }) });
  return page(c, site, {
    title: "Join",
    menu: "/register",
    scripts: ["register.js"],
    status: refusal ? 422 : 200,
    main: html`<h1>Get a nickname</h1>
${refusal ? notice({ kind: "failed", lines: [refusal.sentence] }) : NOTHING}
${
      formPanel({
        title: "Your new account",
        narrow: true,
        id: "register",
        action: "/register",
        token: tokenField(c, site),
        submit: "Make my account",
        fields: html`${
          to === null ? NOTHING : html`
            <input type="hidden" name="to" value="${to}">
          `
        }${
          policy === "invite"
            ? one({
              name: "code",
              label: "Invite code",
              required: true,
              maxlength: 100,
              value: c.req.query("code")?.slice(0, 100) ?? "",
              help: "The host gives them out.",
            })
            : policy === "approval"
            ? forApproval(c, one)
            : NOTHING
        }${credentials(one)}${aboutYou(one, form !== undefined)}`,
      })
    }`,
  });
}

type One = (options: FieldOptions) => Html;

function credentials(one: One): Html {
  return html`${
    one({
      name: "nickname",
      label: "Nickname",
      required: true,
      maxlength: 127,
      autocomplete: "username",
      checked: true,
      help:
        "What everybody will see. Letters, digits, blanks; no comma and no equals sign.",
    })
  }${
    one({
      name: "password",
      label: "Password",
      type: "password",
      required: true,
      minlength: 5,
      maxlength: 12,
      autocomplete: "new-password",
      checked: true,
      help:
        "5 to 12 characters, as the old client wants it. It travels almost in the clear: use it nowhere else.",
    })
  }${
    one({
      name: "repeat",
      label: "Password again",
      type: "password",
      required: true,
      minlength: 5,
      maxlength: 12,
      autocomplete: "new-password",
      checked: true,
    })
  }`;
}

function aboutYou(one: One, isOpen: boolean): Html {
  return html`<details${
    isOpen
      ? html`
        open
      `
      : NOTHING
  }><summary>More about you, if you like</summary>
${
    one({
      name: "email",
      label: "E-mail",
      type: "email",
      maxlength: 200,
      autocomplete: "email",
    })
  }${
    one({
      name: "first",
      label: "First name",
      maxlength: 200,
      autocomplete: "given-name",
    })
  }${
    one({
      name: "last",
      label: "Last name",
      maxlength: 200,
      autocomplete: "family-name",
    })
  }</details>`;
}

/**
 * Returns the fields for approval: a code admits users immediately; others
 * introduce themselves to the host.
 */
function forApproval(c: Context, one: (options: FieldOptions) => Html): Html {
  return html`
    <p>The host looks at each new account before it can be used.</p>
    ${one({
      name: "message",
      label: "A few words to the host, if you like",
      maxlength: LONGEST_MESSAGE,
      help: "For example from where you know each other.",
    })}
    ${one({
      name: "code",
      label: "Invite code, if you have one",
      maxlength: 100,
      value: c.req.query("code")?.slice(0, 100) ?? "",
      help: "With a code you need not wait.",
    })}
  `;
}
