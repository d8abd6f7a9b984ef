/**
 * Replaces the database with a backup, and reports the result.
 *
 * @module
 */
import { audit } from "../../actions/acting.ts";
import { readForm, tokenField } from "../form.ts";
import { field } from "../form_fields.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { notice, panel } from "../layout.ts";
import { ownPasswordFault } from "../password_check.ts";
import { notFound } from "../problem.ts";
import type { App, Context, Site } from "../site.ts";
import { size, time } from "../text.ts";
import { actorOf, requireStaff } from "./access.ts";
import { deskPage, facts } from "./layout.ts";

const BACKUPS = "/desk/backup";
const HERE = `${BACKUPS}/restore`;
const WEEK_MS = 7 * 86_400_000;

export function restorePages(app: App, site: Site): void {
  app.get(
    HERE,
    (c) =>
      c.req.query("name") === undefined
        ? chooseFirst(c, site)
        : restorePage(c, site, wanted(c, site)),
  );

  app.post(HERE, async (c) => {
    const member = requireStaff(c, "superadmin");
    const form = await readForm(c, site);
    const name = form.text("name");
    const path = site.backups?.path(name);
    if (path === undefined || site.restore === null) throw notFound();
    const fault = await ownPasswordFault(
      c,
      site,
      member,
      form.raw("password"),
    );
    if (fault !== null) return restorePage(c, site, name, fault);
    const actor = actorOf(c, member);
    audit({ store: site.store, live: site.live, actor, now: site.clock }, {
      action: "restore begins",
      target: name,
    });
    site.store.flush();
    site.restore(path, actor);
    c.header("refresh", "8; url=/sign-in");
    return deskPage(c, site, {
      title: "Restoring",
      at: BACKUPS,
      main: html`<h1>Restoring ${name}</h1>
<p>The server ends, puts the backup in the place of its database, and starts
again within some seconds. Everybody is disconnected and may come back.</p>
<p><a class="button" href="/sign-in">Sign in again</a> with the password that you
had when the backup was made. This page then tells how it went.</p>`,
    });
  });
}

function chooseFirst(c: Context, site: Site): Response {
  return deskPage(c, site, {
    title: "Restore",
    at: BACKUPS,
    main: html`<h1>Restore a backup</h1>
<p>Choose one under <a href="${BACKUPS}">Backup</a>.</p>`,
  });
}

/** Returns the backup's name from the query, after checking it. */
function wanted(c: Context, site: Site): string {
  const name = c.req.query("name") ?? "";
  if (site.restore === null || site.backups?.path(name) === undefined) {
    throw notFound();
  }
  return name;
}

function restorePage(
  c: Context,
  site: Site,
  name: string,
  fault?: string,
): Response {
  const one = site.backups?.list().find((kept) => kept.name === name);
  return deskPage(c, site, {
    title: "Restore",
    at: BACKUPS,
    status: fault === undefined ? 200 : 422,
    main: html`<h1>Restore a backup</h1>
${fault === undefined ? NOTHING : notice({ kind: "failed", lines: [fault] })}
${
      panel(
        name,
        html`
          ${facts([["Made", time(one?.at ?? null)], [
            "Size",
            size(one?.bytes ?? 0),
          ]])}<p>Accounts, rooms, bans, messages and everything else become what they were
          then. <b>What has happened since is no longer there</b>: new accounts, new
          passwords, messages that wait, the audit log. The database of now is kept beside
          it, in the data folder.</p>
          <p>The backup is checked first. Everybody is disconnected for some seconds.</p>
          <form method="post"
            action="${HERE}">${tokenField(
              c,
              site,
            )}<input type="hidden" name="name" value="${name}"><div class="fields">${field(
              {
                name: "password",
                label: "Your password",
                type: "password",
                autocomplete: "current-password",
                required: true,
              },
            )}</div>
          <p class="actions"><button class="button">Restore it</button>
          <a class="button" href="${BACKUPS}">Cancel</a></p></form>
        `,
      )
    }`,
  });
}

/** Shows the result of the last restore, for a week. */
export function lastRestore({ store, clock }: Site): Html {
  const [last] = ["restore", "restore failed"].flatMap((action) =>
    store.audit.list({ action, since: clock() - WEEK_MS, limit: 1 })
  ).sort((a, b) => b.at - a.at);
  if (last === undefined) return NOTHING;
  return last.after === null
    ? notice({
      kind: "done",
      lines: [
        html`${last.target} was restored ${
          time(last.at)
        }. What was there before is in ${last.before ?? "no file"}.`,
      ],
    })
    : notice({
      kind: "failed",
      lines: [
        html`${last.target} was not restored, ${time(last.at)}: ${last.after}
The database is the one from before.`,
      ],
    });
}
