/**
 * Backups of the database: the automatic ones, and one to download.
 *
 * @module
 */
import { join } from "node:path";
import type {
  BackupState,
  KeptBackup,
  NightlyBackups,
} from "../../upkeep/nightly_backups.ts";
import { readForm, tokenField } from "../form.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { notice, panel } from "../layout.ts";
import { notFound, Problem } from "../problem.ts";
import type { App, Context, Member, Site } from "../site.ts";
import { size, time } from "../text.ts";
import { requireStaff } from "./access.ts";
import { backupUploadPages, uploadForm } from "./backup_upload.ts";
import { deskPage, facts, table } from "./layout.ts";
import { lastRestore, restorePages } from "./restore.ts";

const HERE = "/desk/backup";
const KINDS: Readonly<Record<KeptBackup["kind"], string>> = {
  nightly: "nightly",
  command: "by command",
  upload: "uploaded",
};

export function backupPages(app: App, site: Site): void {
  restorePages(app, site);
  backupUploadPages(app, site);
  app.get(HERE, (c) => {
    return deskPage(c, site, {
      title: "Backup",
      at: HERE,
      main: html`<h1>Backup</h1>
${lastRestore(site)}
${panel("Take a copy", takeCopy(c, site))}
${
        site.backups === null || site.restore === null
          ? NOTHING
          : panel("Upload a copy", uploadForm(c, site))
      }
${site.backups === null ? NOTHING : keptPanels(c, site, site.backups)}`,
    });
  });

  app.post(HERE, async (c) => {
    const member = requireStaff(c, "superadmin");
    await readForm(c, site);
    if (site.backup === null) {
      throw new Problem(404, "This server offers no download.");
    }
    note(c, site, member, "download");
    site.store.flush();
    const folder = await Deno.makeTempDir({ prefix: "retropal-backup-" });
    try {
      const path = join(folder, "retropal.db");
      await site.backup(path);
      const stamp = new Date(site.clock()).toISOString().slice(0, 19)
        .replace(/\D/g, "");
      return await sendFile(c, path, `retropal.db.backup-${stamp}`);
    } finally {
      // The open file stays readable until it has been sent.
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    }
  });

  app.post(`${HERE}/now`, async (c) => {
    const { session } = requireStaff(c, "superadmin");
    await readForm(c, site);
    if (site.backups === null) throw notFound();
    try {
      await site.backups.run();
      session.flash = {
        kind: "done",
        lines: ["The database was copied into the backups folder."],
      };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      session.flash = {
        kind: "failed",
        lines: [`The database was not copied: ${why}`],
      };
    }
    return c.redirect(HERE, 303);
  });

  app.post(`${HERE}/file`, async (c) => {
    const member = requireStaff(c, "superadmin");
    const name = (await readForm(c, site)).text("name");
    const path = site.backups?.path(name);
    if (path === undefined) throw notFound();
    note(c, site, member, `download of ${name}`);
    return await sendFile(c, path, name);
  });
}

function takeCopy(c: Context, site: Site): Html {
  if (site.backup === null) {
    return html`<p>This server offers no download: use <code>retropal backup FILE</code> on its machine.</p>`;
  }
  return html`
    <p>The whole database as it is now: accounts with their password hashes,
    messages that wait, rooms, bans, the audit log. Keep it where nobody else can read it.</p>
    <form method="post" action="${HERE}">${tokenField(c, site)}
    <p class="actions"><button class="button">Download a backup</button></p></form>
    ${site.restore === null
      ? html`
        <p
          class="quiet">To put one back: stop the server and run <code>retropal restore FILE</code>.</p>
      `
      : html`
        <p class="quiet">To put one back, choose it in the list below, or upload a
        copy from elsewhere first. At the command line: stop the server and run
        <code>retropal restore FILE</code>.</p>
      `}
  `;
}

function keptPanels(c: Context, site: Site, backups: NightlyBackups): Html {
  const state = backups.state();
  const { store, backup } = site.config();
  const warnings = failures(state);
  return html`${
    panel(
      "Every night",
      html`${
        warnings.length > 0
          ? notice({ kind: "failed", lines: warnings })
          : NOTHING
      }${
        facts([
          [
            "Next",
            state.running
              ? "being made now"
              : state.next === null
              ? "off (backup.nightly)"
              : time(state.next),
          ],
          ["Kept", `the newest ${store.backup_keep}`],
          ["Second folder", backup.copy_to || "none (backup.copy_to)"],
        ])
      }<form method="post" action="${HERE}/now">${tokenField(c, site)}
<p class="actions"><button class="button">Make one now</button></p></form>`,
    )
  }${
    panel(
      "In the backups folder",
      table(
        "Backups",
        ["Made", "Kind", { head: "Size", kind: "bytes" }, ""],
        backups.list().map((one) => ({
          cells: [
            time(one.at),
            KINDS[one.kind],
            size(one.bytes),
            html`
                <form method="post"
                action="${HERE}/file">${tokenField(
                  c,
                  site,
                )}<input type="hidden" name="name" value="${one
                  .name}"><button class="button small" aria-label="Download ${one
                  .name}">Download</button></form>
              ${site.restore === null ? NOTHING : html`
                <a class="button small" aria-label="Restore ${one
                  .name}"
                  href="${HERE}/restore?name=${encodeURIComponent(
                    one.name,
                  )}">Restore…</a>
              `}
            `,
          ],
        })),
        "There is none yet.",
      ),
    )
  }`;
}

function failures({ failure, copyFailure }: BackupState): Html[] {
  return [
    ...(failure === null
      ? []
      : [html`The last backup failed, ${time(failure.at)}: ${failure.why}`]),
    ...(copyFailure === null ? [] : [
      html`The last copy to the second folder failed, ${
        time(copyFailure.at)
      }: ${copyFailure.why}`,
    ]),
  ];
}

function note(c: Context, site: Site, { account }: Member, target: string) {
  site.store.audit.add({
    at: site.clock(),
    actor: account.nickname,
    actorUid: account.uid,
    address: c.env.address,
    action: "backup",
    target,
    before: null,
    after: null,
  });
}

async function sendFile(
  c: Context,
  path: string,
  name: string,
): Promise<Response> {
  const file = await Deno.open(path);
  const { size } = await file.stat();
  return c.body(file.readable, 200, {
    "content-type": "application/octet-stream",
    "content-length": String(size),
    "content-disposition": `attachment; filename="${name}"`,
  });
}
