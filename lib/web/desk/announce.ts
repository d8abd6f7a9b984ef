/**
 * The page to send an announcement to everybody.
 *
 * @module
 */
import { html } from "../html.ts";
import { panel } from "../layout.ts";
import type { App, Site } from "../site.ts";
import { commandForm } from "./command_form.ts";
import { deskPage } from "./layout.ts";

export function announcePages(app: App, site: Site): void {
  app.get("/desk/announce", (c) => {
    return deskPage(c, site, {
      title: "Announce",
      at: "/desk/announce",
      main: html`<h1>Announce</h1>
${
        panel(
          "To everybody who is online",
          html`<p>It comes up as a box on every screen.</p>${
            commandForm(c, site, {
              command: "broadcast",
              submit: "Send",
              back: "/desk/announce",
            })
          }`,
        )
      }`,
    });
  });
}
