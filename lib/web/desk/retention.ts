/**
 * Which personal data is kept, and for how long.
 *
 * @module
 */
import { KEPT, type Kept } from "../../domain/retention.ts";
import { daysOf } from "../../upkeep/housekeeping.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { panel } from "../layout.ts";
import type { App, Context, Site } from "../site.ts";
import { size, time } from "../text.ts";
import { isRole } from "./access.ts";
import { deskPage, table } from "./layout.ts";

const HERE = "/desk/retention";

export function retentionPages(app: App, site: Site): void {
  app.get(HERE, (c) =>
    deskPage(c, site, {
      title: "Data kept",
      at: HERE,
      main: html`<h1>Data kept</h1>
${panel("Removed by age", html`${byAge(c, site)}${lastSweep(site)}`)}
${panel("Removed by number, or at an end of its own", others(c, site))}
<p class="quiet">Accounts, profiles, pals, blocks and rooms stay until they are
removed. What one user has is in their own export (<code>/member</code>, or
<code>retropal user data</code>). Copies of the database in backups keep what was
in it on that day.</p>`,
    }));
}

function byAge(c: Context, site: Site): Html {
  return table(
    "Removed by age",
    ["What", "In it", "Kept", "Oldest now", "Setting"],
    KEPT.map((one) => ({
      cells: [
        one.label,
        one.about,
        daysText(daysOf(site.config(), one.setting)),
        oldest(site, one),
        setting(c, `store.${one.setting}`),
      ],
    })),
  );
}

function daysText(days: number): string {
  return days === Infinity
    ? "until removed"
    : days === 1
    ? "1 day"
    : `${days} days`;
}

function oldest({ store }: Site, { kinds }: Kept): Html {
  const times = kinds.map((kind) => store.retention.oldest(kind))
    .filter((at) => at !== undefined);
  return times.length === 0 ? html`nothing` : time(Math.min(...times));
}

/** Returns a link to the setting for those who may change it. */
function setting(c: Context, key: string): Html {
  return isRole(c, "superadmin")
    ? html`
      <a href="/desk/config/${key}">${key}</a>
    `
    : html`<code>${key}</code>`;
}

function lastSweep({ house }: Site): Html {
  const last = house?.last;
  if (last === undefined) return NOTHING;
  const removed = Object.values(last.removed).reduce((sum, n) => sum + n, 0);
  return html`
    <p
      class="quiet">Looked through every six hours, last ${time(
        last.at,
      )}: ${removed} ${removed === 1 ? "entry" : "entries"} removed.</p>
  `;
}

function others(c: Context, site: Site): Html {
  const { store, log, files } = site.config();
  const rows: [string, string, readonly string[]][] = [
    [
      "Log files",
      log.file
        ? `${log.file_keep} old files of at most ${size(log.file_bytes)}, ` +
          daysText(log.file_days)
        : "none: the log goes to standard error only",
      ["log.file", "log.file_keep", "log.file_bytes", "log.file_days"],
    ],
    [
      "Backups",
      `the newest ${store.backup_keep} of each kind`,
      ["store.backup_keep"],
    ],
    [
      "Files that wait for their receivers",
      files.drop ? `${files.drop_hours} hours` : "none: turned off",
      ["files.drop", "files.drop_hours"],
    ],
    [
      "Bans, mutes, links for a new password, invitations",
      "until they end",
      [],
    ],
    ["E-mail that waits, or was refused", "3 days, or a week", []],
    ["Browser sessions", "a day without use, 30 days at most", []],
  ];
  return table(
    "Removed by number, or at an end of its own",
    ["What", "Kept", "Settings"],
    rows.map(([what, kept, keys]) => ({
      cells: [
        what,
        kept,
        keys.length === 0
          ? "–"
          : keys.map((key, i) => html`${i > 0 ? ", " : ""}${setting(c, key)}`),
      ],
    })),
  );
}
