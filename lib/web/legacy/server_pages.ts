/**
 * Pages about this server, its rooms, and lost passwords.
 *
 * @module
 */
import { html } from "../html.ts";
import type { App, Site } from "../site.ts";
import { legacyPage } from "./page.ts";
import { LEGACY_PATHS } from "./paths.ts";

export function serverPages(app: App, site: Site): void {
  app.get(LEGACY_PATHS.status, (c) => {
    const { online, rooms, speaking } = site.front.snapshot();
    return legacyPage(c, site, {
      title: "This server",
      body: html`<p>People online: <b>${online}</b><br>
Rooms open: <b>${rooms}</b><br>
Rooms with somebody speaking: <b>${speaking}</b></p>`,
    });
  });

  app.get(LEGACY_PATHS.groups, (c) =>
    legacyPage(c, site, {
      title: "Groups",
      body: html`${
        site.front.snapshot().categories.map(({ name, rooms }) =>
          html`<h2>${name}</h2>
<table border="0" cellspacing="2" cellpadding="2">${
            rooms.map((room) =>
              html`
                <tr>
                  <td align="right">
                    <font face="Tahoma, Arial" size="2"><b>${room
                      .people}</b></font>
                  </td>
                  <td>
                    <font face="Tahoma, Arial" size="2">${room
                      .name}${room.locked
                      ? " (locked)"
                      : ""}${room.rating === "G"
                      ? ""
                      : ` (${room.rating})`}</font>
                  </td>
                  <td>
                    <font face="Tahoma, Arial" size="1" color="#555555">${room
                        .voice
                      ? "voice"
                      : "text"}</font>
                  </td>
                </tr>
              `
            )
          }</table>`
        )
      }`,
    }));

  // The client adds ?email=…&nick=…, which is neither looked up nor shown.
  app.get(LEGACY_PATHS.password, (c) =>
    legacyPage(c, site, {
      title: "Forgotten password",
      body:
        html`<p>This server sends no mail. Ask its host, who can give your nickname a new password.</p>
<p>When you know your password, change it in Paltalk itself, or with
<a href="${LEGACY_PATHS.profile}">your profile</a>.</p>`,
    }));
}
