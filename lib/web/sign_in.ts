/**
 * Signing in with the nickname and password of the chat account, under the
 * same throttle as the chat's own sign-on.
 *
 * @module
 */
import { composed } from "../actions/names.ts";
import { applicationFault } from "../actions/applications.ts";
import { memberFault } from "../actions/emergency.ts";
import { banSentence } from "../actions/address_bans.ts";
import { type Account, SYSTEM_UID } from "../domain/store.ts";
import { signOnRefused } from "../ops/log.ts";
import { foldName } from "../domain/names.ts";
import { readForm, tokenField } from "./form.ts";
import type { Form } from "./form_data.ts";
import { field, formPanel } from "./form_fields.ts";
import { type Html, html, NOTHING } from "./html.ts";
import { notice, page } from "./layout.ts";
import { passwordIsRight } from "./password_check.ts";
import { Problem } from "./problem.ts";
import { checkCode, codePage } from "./code_page.ts";
import type { App, Context, Site } from "./site.ts";
import {
  expiredCookie,
  sessionCookie,
  type WebSession,
} from "./web_sessions.ts";

const WRONG = "Nickname or password is not right.";

export function signInPages(app: App, site: Site): void {
  app.get("/sign-in", (c) => signInPage(c, site, localPath(c.req.query("to"))));

  app.post("/sign-in", async (c) => {
    const form = await readForm(c, site);
    const to = localPath(form.raw("to"));
    const result = await checkPassword(
      site,
      c.env.address,
      form.text("nickname"),
      form.raw("password"),
      c.req.raw.signal,
    );
    if (typeof result === "string") {
      return signInPage(c, site, to, form, result);
    }
    if (site.store.twoStep.get(result.uid) !== undefined) {
      const token = site.secondSteps.begin(result, site.steady());
      return codePage(c, site, { token, to });
    }
    return signedIn(c, site, result, to);
  });

  app.post("/sign-in/code", async (c) => {
    const form = await readForm(c, site);
    const to = localPath(form.raw("to"));
    const token = form.raw("pending");
    const result = checkCode(site, token, form.text("code"));
    return typeof result === "string"
      ? codePage(c, site, { token, to, fault: result })
      : signedIn(c, site, result, to);
  });

  app.post("/sign-out", async (c) => {
    await readForm(c, site);
    const member = c.get("member");
    if (member) site.sessions.close(member.session);
    c.header("set-cookie", expiredCookie(c.env.https));
    return c.redirect("/", 303);
  });
}

function signedIn(
  c: Context,
  site: Site,
  account: Account,
  to: string | null,
): Response {
  openSession(c, site, account);
  const { uid, nickname } = account;
  site.log.info("signed in", { uid, nickname, address: c.env.address });
  return c.redirect(to ?? "/member", 303);
}

/**
 * Opens a session for this browser, and ends its earlier one, even of another
 * user.
 */
export function openSession(
  c: Context,
  site: Site,
  account: Account,
): WebSession {
  const earlier = c.get("member");
  if (earlier) site.sessions.close(earlier.session);
  const { session, id } = site.sessions.open(account, {
    address: c.env.address,
    agent: c.req.header("user-agent") ?? "",
  });
  c.header("set-cookie", sessionCookie(id, c.env.https));
  return session;
}

/**
 * Returns the account, or a sentence why not. Takes equally long, and says the
 * same, when no account has the name.
 */
export async function checkPassword(
  site: Site,
  address: string,
  nickname: string,
  password: string,
  signal?: AbortSignal,
): Promise<Account | string> {
  const now = site.clock();
  nickname = composed(nickname);
  password = composed(password);
  const found = nickname === ""
    ? undefined
    : site.store.accounts.byNickname(nickname);
  const account = found?.uid === SYSTEM_UID ? undefined : found;
  // The same key as on the chat side, where a client sends its uid.
  const key = account
    ? String(account.uid)
    : `name ${foldName(nickname).slice(0, 40)}`;
  const refuse = (reason: string, sentence: string) => {
    if (site.outsideLines.take(address)) {
      signOnRefused(site.log, { address, nickname, reason });
    }
    return sentence;
  };
  const closed = account && memberFault(site.store, account);
  if (closed) return refuse("closed", closed);
  if (site.addressBans.of(address, account, now)) {
    return refuse("banned", "Your address is banned here.");
  }
  const attempt = {
    address,
    account,
    key,
    password,
    ...(signal && { signal }),
  };
  if (!await passwordIsRight(site, attempt)) {
    return refuse("password", WRONG);
  }
  if (account === undefined) return WRONG;
  const ban = site.store.bans.find("account", String(account.uid), now);
  if (ban) return refuse("banned", banSentence(ban));
  const waits = applicationFault(site.store, account.uid);
  if (waits !== null) return refuse("not approved", waits);
  site.store.accounts.signedOnFrom(account.uid, now, address);
  return account;
}

/**
 * Returns the path if it belongs to this site, otherwise null, so that nobody
 * is redirected elsewhere.
 */
export function localPath(path: string | undefined): string | null {
  return path !== undefined && path.length < 500 &&
      /^\/(?![/\\])[\w\-./?=&%+~]*$/.test(path)
    ? path
    : null;
}

function signInPage(
  c: Context,
  site: Site,
  to: string | null,
  form?: Form,
  fault?: string,
): Response {
  const fields: Html = html`${
    field({
      name: "nickname",
      label: "Nickname",
      value: form?.text("nickname") ?? "",
      required: true,
      autocomplete: "username",
      focus: true,
    })
  }${
    field({
      name: "password",
      label: "Password",
      type: "password",
      required: true,
      autocomplete: "current-password",
    })
  }${
    to === null ? NOTHING : html`<input type="hidden" name="to" value="${to}">`
  }`;
  return page(c, site, {
    title: "Sign in",
    menu: "/sign-in",
    status: fault ? 422 : 200,
    main: html`<h1>Sign in</h1>
${fault ? notice({ kind: "failed", lines: [fault] }) : NOTHING}
${
      formPanel({
        title: "Your account",
        narrow: true,
        action: "/sign-in",
        token: tokenField(c, site),
        fields,
        submit: "Sign in",
        after: html`
          <p
            class="quiet">It is the nickname and password that your client uses. <a href="/forgot">Forgotten?</a></p>
        `,
      })
    }`,
  });
}

/**
 * Returns the signed-in member. Throws otherwise, and redirects to the sign-in
 * page.
 */
export function requireMember(c: Context) {
  const member = c.get("member");
  if (member === null) throw new Problem(401, "Please sign in first.");
  return member;
}
