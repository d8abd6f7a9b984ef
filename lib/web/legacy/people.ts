/**
 * User search and profiles for the old client's browser.
 *
 * @module
 */
import { findable } from "../../actions/applications.ts";
import { type Account, SYSTEM_UID } from "../../domain/store.ts";
import { type Html, html, trusted } from "../html.ts";
import { shownProfile } from "../profile_fields.ts";
import type { App, Context, Site } from "../site.ts";
import { input, legacyPage, legacyResponse, submit } from "./page.ts";
import { LEGACY_PATHS } from "./paths.ts";
import { queryValues } from "./query.ts";

const MOST_FOUND = 20;
const SHORTEST_PREFIX = 3;

export function peoplePages(app: App, site: Site): void {
  const searchPage = (c: Context) => {
    const [wanted = ""] = queryValues(c, "nick");
    return legacyPage(c, site, {
      title: "Find a pal",
      body: html`
        <form method="get" action="${LEGACY_PATHS.search}">
          <table border="0" cellspacing="2" cellpadding="2">
        ${input("Nickname", "nick", wanted, "text", 127)}
        ${submit("Find")}
          </table>
        </form>
        ${wanted === "" ? "" : resultList(search(site, wanted))}
      `,
    });
  };
  app.get(LEGACY_PATHS.search, searchPage);
  app.get(LEGACY_PATHS.searchProfile, searchPage);

  // Gaim's plugin looks for "Nickname: X" in the page.
  app.get(LEGACY_PATHS.gaimInfo, (c) => {
    const nicknames = queryValues(c, "nick");
    return linesPage(c, site, nicknames);
  });

  app.get(
    LEGACY_PATHS.palInfo,
    (c) => infoPage(c, site, queryValues(c, "nick")),
  );
}

const NEWLINE = trusted("\n");

/**
 * Returns a profile as Gaim's plugin reads it: without tags, one "label: value"
 * per line, Nickname first. A page without any colon crashes the plugin.
 */
function linesPage(
  c: Context,
  site: Site,
  candidates: readonly string[],
): Response {
  const account = named(site, candidates);
  const rows: (readonly [string, string])[] = account === undefined
    ? [["Nickname", candidates[0] ?? ""], [
      "Info",
      "Nobody here has this nickname.",
    ]]
    : [
      ["Nickname", account.nickname],
      ...shownProfile(site.store, account),
    ];
  const lines = rows.map(([label, value]) => {
    const text = value.replaceAll(/\s+/g, " ");
    return html`${label}: ${text}<br>${NEWLINE}`;
  });
  const text = html`
    <html>
      <body>${NEWLINE}${lines}</body>
    </html>
  `;
  return legacyResponse(c, text, account === undefined ? 404 : 200);
}

/** Returns the account of the first of these nicknames that can be found. */
function named(
  { store }: Site,
  candidates: readonly string[],
): Account | undefined {
  return candidates.map((nickname) =>
    nickname === ""
      ? undefined
      : findable(store, store.accounts.byNickname(nickname))
  ).find((one) => one !== undefined && one.uid !== SYSTEM_UID);
}

function infoPage(
  c: Context,
  site: Site,
  candidates: readonly string[],
): Response | Promise<Response> {
  const account = named(site, candidates);
  if (account === undefined) {
    return legacyPage(c, site, {
      title: "Pal info",
      status: 404,
      body: html`<p>Nobody here has the nickname <b>${
        candidates[0] ?? ""
      }</b>.</p>`,
    });
  }
  return legacyPage(c, site, {
    title: account.nickname,
    body: palInfo(site, account),
  });
}

/**
 * Finds accounts. Anybody who knows a nickname may look it up; beginnings of
 * names match only where the host shows names to visitors anyway.
 */
function search(site: Site, wanted: string): Account[] {
  const open = site.config().web.show_names &&
    wanted.length >= SHORTEST_PREFIX;
  return site.store.accounts.search({
    ...(open ? { nicknamePrefix: wanted } : { nickname: wanted }),
    limit: MOST_FOUND,
  }).filter(({ uid }) => uid !== SYSTEM_UID);
}

function resultList(found: readonly Account[]): Html {
  if (found.length === 0) return html`<p>Nobody was found.</p>`;
  return html`<ul>${
    found.map(({ nickname }) =>
      html`
        <li><a href="${LEGACY_PATHS
          .palInfo}?cb_action=palinfo&amp;nick=${encodeURIComponent(
            nickname,
          )}">${nickname}</a></li>
      `
    )
  }</ul>`;
}

/** Shows the part of a profile that its user lets strangers see. */
function palInfo(site: Site, account: Account): Html {
  const rows = shownProfile(site.store, account);
  // Shows who is online only where the host lets visitors see names.
  const presence = site.config().web.show_names
    ? site.live.isOnline(account.uid) ? "Online now." : "Offline."
    : "";
  return html`<p>Nickname: ${account.nickname}<br>
${presence}</p>
${
    rows.length === 0
      ? html`<p>The rest of this profile is private.</p>`
      : html`<table border="0" cellspacing="2" cellpadding="2">${
        rows.map(([label, value]) =>
          html`
            <tr>
              <td align="right">
                <font face="Tahoma, Arial" size="2"><b>${label}</b></font>
              </td>
              <td>
                <font face="Tahoma, Arial" size="2">${value}</font>
              </td>
            </tr>
          `
        )
      }</table>`
  }`;
}
