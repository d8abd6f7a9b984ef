/**
 * Uploading a backup from elsewhere, to restore it: the page's script sends it
 * in parts, because the server takes no larger requests.
 *
 * @module
 */
import { audit } from "../../actions/acting.ts";
import {
  type BackupUpload,
  UploadRefused,
} from "../../upkeep/backup_upload.ts";
import { readBytes, readForm, tokenField } from "../form.ts";
import { type Html, html } from "../html.ts";
import { notFound, Problem } from "../problem.ts";
import type { App, Context, Site } from "../site.ts";
import { actorOf, requireStaff } from "./access.ts";

const BACKUPS = "/desk/backup";
const HERE = `${BACKUPS}/upload`;

export function backupUploadPages(app: App, site: Site): void {
  app.post(HERE, async (c) => {
    const { session } = requireStaff(c, "superadmin");
    const part = await readBytes(c, site);
    const at = Number(c.req.query("at") ?? NaN);
    if (!Number.isSafeInteger(at) || at < 0) {
      throw new Problem(400, "This part has no place.");
    }
    try {
      await uploadOf(site).write(session.key, at, part);
    } catch (error) {
      if (!(error instanceof UploadRefused)) throw error;
      return c.json({ error: error.message }, 409);
    }
    return c.body(null, 204);
  });

  app.post(`${HERE}/done`, async (c) => {
    const member = requireStaff(c, "superadmin");
    const { session } = member;
    const form = await readForm(c, site);
    try {
      const bytes = Number(form.text("bytes"));
      const name = uploadOf(site).finish(session.key, bytes);
      const actor = actorOf(c, member);
      audit({ store: site.store, live: site.live, actor, now: site.clock }, {
        action: "backup upload",
        target: name,
      });
      const query = `name=${encodeURIComponent(name)}`;
      return c.redirect(`${BACKUPS}/restore?${query}`, 303);
    } catch (error) {
      if (!(error instanceof UploadRefused)) throw error;
      session.flash = { kind: "failed", lines: [error.message] };
      return c.redirect(BACKUPS, 303);
    }
  });
}

function uploadOf({ backups, restore }: Site): BackupUpload {
  if (backups === null || restore === null) throw notFound();
  return backups.upload;
}

export function uploadForm(c: Context, site: Site): Html {
  return html`
    <p>A backup from elsewhere, such as that of an earlier machine. It is
    put beside the others; restoring it is the next step.</p>
    <form method="post" action="${HERE}/done"
      data-backup="${HERE}">${tokenField(
        c,
        site,
      )}<input type="hidden" name="bytes" value="0">
    <p class="field"><label for="backup-file">File</label>
    <input id="backup-file" type="file" required></p>
    <p class="actions"><button class="button">Upload it</button></p>
    <p class="upload-state" role="status"></p>
    <noscript><p class="quiet">Uploading needs JavaScript. Without it, put the file into
    the folder <code>backups</code> under a name like those in the list.</p></noscript>
    </form>
  `;
}
