/**
 * Replaces the advertising of the old client with the host's own name.
 *
 * @module
 */
import { html } from "../html.ts";
import type { App, Context, Site } from "../site.ts";
import { legacyResponse } from "./page.ts";
import { isBannerPath, LEGACY_PATHS } from "./paths.ts";

export function bannerPages(app: App, site: Site): void {
  const emptyPane = (c: Context) =>
    legacyResponse(
      c,
      html`
        <html>
          <head>
            <title>-</title>
          </head>
          <body bgcolor="#ece9d8"></body>
        </html>
      `,
    );
  for (
    const path of [
      LEGACY_PATHS.noBanner,
      LEGACY_PATHS.groupPane,
      LEGACY_PATHS.cameraPane,
    ]
  ) app.get(path, emptyPane);

  // The space is 468 by 60 pixels.
  app.get("/perl/:name", (c, next) => {
    if (!isBannerPath(c.req.path)) return next();
    const { name, online, rooms } = site.front.snapshot();
    return legacyResponse(
      c,
      html`
        <html>
          <head>
            <title>${name}</title>
          </head>
          <body bgcolor="#ece9d8" topmargin="0" leftmargin="0" marginwidth="0"
            marginheight="0">
            <table width="100%" height="60" border="0" cellspacing="0" cellpadding="4">
              <tr>
                <td align="center">
                  <font face="Tahoma, Arial" size="2"
                    color="#0a246a"><b>${name}</b><br>
        <font size="1" color="#555555">${online} online, ${rooms} ${rooms === 1
          ? "room"
          : "rooms"}. No advertising here.</font></font>
                </td>
              </tr>
            </table>
          </body>
        </html>
      `,
    );
  });
}
