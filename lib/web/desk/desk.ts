/**
 * Registers all pages of the host's desk.
 *
 * @module
 */
import type { Role } from "../../domain/store.ts";
import { DESK_PAGES } from "../page_table.ts";
import type { App, Site } from "../site.ts";
import { requireRecentSignIn, requireStaff, requireTwoStep } from "./access.ts";
import { announcePages } from "./announce.ts";
import { applicationPages } from "./applications.ts";
import { auditPages } from "./audit.ts";
import { backupPages } from "./backup.ts";
import { banPages } from "./bans.ts";
import { categoryPages } from "./categories.ts";
import { complaintPages } from "./complaints.ts";
import { configPages } from "./config.ts";
import { filePages } from "./files.ts";
import { invitePages } from "./invites.ts";
import { mailPages } from "./mail.ts";
import { overviewPages } from "./overview.ts";
import { packetPages } from "./packets.ts";
import { retentionPages } from "./retention.ts";
import { roomPages } from "./rooms.ts";
import { runPages } from "./run.ts";
import { sessionPages } from "./sessions.ts";
import { statisticsPages } from "./statistics.ts";
import { uploadPages } from "./upload.ts";
import { userPages } from "./users.ts";
import { wordPages } from "./words.ts";

export function deskPages(app: App, site: Site): void {
  for (const path of ["/desk", "/desk/*"]) {
    app.use(path, async (c, next) => {
      requireRecentSignIn(c, site);
      requireTwoStep(c, site);
      await next();
    });
  }
  for (const { path, role } of DESK_PAGES) {
    app.get(path, async (c, next) => {
      requireStaff(c, role as Role);
      await next();
    });
  }
  overviewPages(app, site);
  statisticsPages(app, site);
  complaintPages(app, site);
  sessionPages(app, site);
  roomPages(app, site);
  categoryPages(app, site);
  userPages(app, site);
  applicationPages(app, site);
  banPages(app, site);
  wordPages(app, site);
  invitePages(app, site);
  filePages(app, site);
  announcePages(app, site);
  auditPages(app, site);
  configPages(app, site);
  retentionPages(app, site);
  mailPages(app, site);
  backupPages(app, site);
  packetPages(app, site);
  uploadPages(app, site);
  runPages(app, site);
}
