/**
 * Accounts that wait for approval.
 *
 * @module
 */
import {
  type WaitingAccount,
  waitingAccounts,
} from "../../actions/applications.ts";
import { html } from "../html.ts";
import { panel } from "../layout.ts";
import type { App, Context, Site } from "../site.ts";
import { time } from "../text.ts";
import { commandForm } from "./command_form.ts";
import { deskPage, table } from "./layout.ts";
import { personLink } from "./links.ts";

const HERE = "/desk/applications";

export function applicationPages(app: App, site: Site): void {
  app.get(HERE, (c) => {
    const { auth } = site.config();
    return deskPage(c, site, {
      title: "Applications",
      at: HERE,
      main: html`<h1>Applications</h1>
<p>Accounts that wait for approval. Until then nobody can find them or sign on
with them; after ${auth.approval_days} days without an answer they are removed.
${
        auth.registration === "approval"
          ? ""
          : "New accounts do not wait at the moment: auth.registration is " +
            auth.registration + "."
      }</p>
${
        panel(
          "Waiting",
          table(
            "Accounts that wait for approval",
            [
              "Nickname",
              "Since",
              "From",
              "E-mail",
              {
                head: "Message",
                kind: "wide",
              },
              "",
              "",
            ],
            waitingAccounts(site.store).map((one) => row(c, site, one)),
            "Nobody waits.",
          ),
        )
      }`,
    });
  });
}

function row(
  c: Context,
  site: Site,
  { account, at, host, message }: WaitingAccount,
) {
  const form = {
    fixed: { nick: account.nickname },
    back: HERE,
    small: true,
    prefix: `a${account.uid}-`,
  };
  return {
    cells: [
      personLink(account.uid, account.nickname),
      time(at),
      host,
      account.email,
      message,
      commandForm(c, site, {
        ...form,
        command: "user approve",
        submit: "Approve",
        show: [],
      }),
      commandForm(c, site, {
        ...form,
        command: "user reject",
        submit: "Reject",
        show: ["reason"],
        danger: true,
      }),
    ],
  };
}
