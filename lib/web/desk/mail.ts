/**
 * E-mail: the settings in short, mail that waits or was refused, and a test.
 *
 * @module
 */
import type { StoredMail } from "../../domain/store.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { panel } from "../layout.ts";
import type { App, Context, Site } from "../site.ts";
import { time } from "../text.ts";
import { commandForm } from "./command_form.ts";
import { deskPage, table } from "./layout.ts";

const HERE = "/desk/mail";

export function mailPages(app: App, site: Site): void {
  app.get(HERE, (c) => {
    const mails = site.store.mails.list();
    const waits = mails.some(({ failedAt }) => failedAt === null);
    return deskPage(c, site, {
      title: "E-mail",
      at: HERE,
      main: html`<h1>E-mail</h1>
${panel("How it is sent", settings(site))}
${
        panel(
          "Waiting or refused",
          html`${mailTable(c, site, mails)}${
            waits && site.live.letters() !== null
              ? commandForm(c, site, {
                command: "mail retry",
                back: HERE,
                submit: "Try all now",
                show: [],
              })
              : NOTHING
          }`,
        )
      }
${
        panel(
          "Send a test mail",
          commandForm(c, site, {
            command: "mail test",
            back: HERE,
            submit: "Send it",
          }),
        )
      }`,
    });
  });
}

function settings(site: Site): Html {
  const { mail } = site.config();
  const key = (name: string) =>
    html`<a href="/desk/config/mail.${name}">mail.${name}</a>`;
  return site.live.letters() === null
    ? html`<p>This server sends no e-mail. It needs ${key("host")}, ${
      key("from")
    } and the pages.</p>`
    : html`
      <p>By ${mail.host}:${mail.port} (${key("host")}), from ${mail
        .from} (${key("from")}).</p>
      <p
        class="quiet">Links for new passwords and to confirm addresses, and answers
      to applications. Mail that cannot be sent is tried again until its link expires.</p>
    `;
}

function mailTable(
  c: Context,
  site: Site,
  mails: readonly StoredMail[],
): Html {
  return table(
    "Mails",
    [
      "To",
      "Subject",
      "Since",
      { head: "Tries", kind: "number" },
      "Next try",
      { head: "Problem", kind: "wide" },
      "",
    ],
    mails.map((one) => ({
      cells: [
        one.recipient,
        one.subject,
        time(one.madeAt),
        one.tries,
        one.failedAt === null ? time(one.nextAt) : "refused",
        one.fault || "\u2013",
        commandForm(c, site, {
          command: "mail remove",
          back: HERE,
          submit: "Remove",
          small: true,
          show: [],
          fixed: { id: String(one.id) },
        }),
      ],
    })),
    "No mail waits.",
  );
}
