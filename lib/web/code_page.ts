/**
 * The second step of signing in: the page that asks for a code from an app
 * after the password.
 *
 * @module
 */
import { useCode } from "../actions/two_step.ts";
import type { Account } from "../domain/store.ts";
import { tokenField } from "./form.ts";
import { field, formPanel } from "./form_fields.ts";
import { html, NOTHING } from "./html.ts";
import { notice, page } from "./layout.ts";
import { Problem } from "./problem.ts";
import type { Context, Site } from "./site.ts";

/**
 * Returns the account that completed its second step, or a sentence why not.
 */
export function checkCode(
  site: Site,
  token: string,
  code: string,
): Account | string {
  const { store, secondSteps } = site;
  const steady = site.steady();
  const pending = secondSteps.find(token, steady);
  const account = pending && store.accounts.get(pending.uid);
  if (account === undefined || account.passwordHash !== pending?.passwordHash) {
    throw new Problem(403, "That took too long. Please sign in again.");
  }
  const { uid, nickname } = account;
  if (!secondSteps.mayTry(uid, steady)) {
    throw new Problem(429, "Too many wrong codes. Please wait a minute.", 90);
  }
  const two = store.twoStep.get(uid);
  const how = two && useCode(store, two, code, site.clock());
  if (how === null) {
    site.log.warn("wrong code at the second step", { uid, nickname });
    return "This code is not right, or was used already.";
  }
  secondSteps.end(token);
  secondSteps.right(uid);
  if (how === "recovery") {
    site.log.warn("signed in by a recovery code", { uid, nickname });
  }
  return account;
}

export function codePage(
  c: Context,
  site: Site,
  { token, to, fault }: {
    readonly token: string;
    readonly to: string | null;
    readonly fault?: string;
  },
): Response {
  return page(c, site, {
    title: "Sign in",
    menu: "/sign-in",
    status: fault === undefined ? 200 : 422,
    main: html`<h1>Sign in</h1>
${fault === undefined ? NOTHING : notice({ kind: "failed", lines: [fault] })}
${
      formPanel({
        title: "The second step",
        narrow: true,
        action: "/sign-in/code",
        token: tokenField(c, site),
        submit: "Sign in",
        fields: html`${
          field({
            name: "code",
            label: "Code",
            required: true,
            autocomplete: "one-time-code",
            focus: true,
            help: "Six digits from your app, or one of your recovery codes.",
          })
        }<input type="hidden" name="pending" value="${token}">${
          to === null
            ? NOTHING
            : html`<input type="hidden" name="to" value="${to}">`
        }`,
      })
    }`,
  });
}
