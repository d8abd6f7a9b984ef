/**
 * A copy of the database to take home.
 *
 * @module
 */
import { join } from "node:path";
import { readForm, tokenField } from "../form.ts";
import { html } from "../html.ts";
import { panel } from "../layout.ts";
import { Problem } from "../problem.ts";
import type { App, Site } from "../site.ts";
import { requireStaff } from "./access.ts";
import { deskPage } from "./layout.ts";

export function backupPages(app: App, site: Site): void {
  app.get("/desk/backup", (c) => {
    return deskPage(c, site, {
      title: "Backup",
      at: "/desk/backup",
      main: html`<h1>Backup</h1>
${
        panel(
          "Take a copy",
          site.backup === null
            ? html`<p>This server offers no download: use <code>retropal backup FILE</code> on its machine.</p>`
            : html`
              <p>The whole database as it stands now: accounts with their password hashes,
              messages that wait, rooms, bans, the audit log. Keep it where nobody else can read it.</p>
              <form method="post"
                action="/desk/backup">${tokenField(
                  c,
                  site,
                )}<p class="actions"><button class="button">Download a backup</button></p></form>
              <p
                class="quiet">To put one back: stop the server and run <code>retropal restore FILE</code>.</p>
            `,
        )
      }`,
    });
  });

  app.post("/desk/backup", async (c) => {
    const { account } = requireStaff(c, "superadmin");
    await readForm(c, site);
    if (site.backup === null) {
      throw new Problem(404, "This server offers no download.");
    }
    site.store.audit.add({
      at: site.clock(),
      actor: account.nickname,
      actorUid: account.uid,
      address: c.env.address,
      action: "backup",
      target: "download",
      before: null,
      after: null,
    });
    site.store.flush();
    const folder = await Deno.makeTempDir({ prefix: "retropal-backup-" });
    try {
      const path = join(folder, "retropal.db");
      await site.backup(path);
      const file = await Deno.open(path);
      const { size } = await file.stat();
      const stamp = new Date(site.clock()).toISOString().slice(0, 19)
        .replace(/\D/g, "");
      return c.body(file.readable, 200, {
        "content-type": "application/octet-stream",
        "content-length": String(size),
        "content-disposition":
          `attachment; filename="retropal.db.backup-${stamp}"`,
      });
    } finally {
      // The open file stays readable until it has been sent.
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    }
  });
}
