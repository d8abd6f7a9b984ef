/**
 * The settings in force.
 *
 * @module
 */
import { SETTINGS, valueAt } from "../../config/config.ts";
import { SECTIONS } from "../../config/schema.ts";
import { html, NOTHING } from "../html.ts";
import { panel } from "../layout.ts";
import type { App, Site } from "../site.ts";
import { commandForm } from "./command_form.ts";
import { deskPage, table } from "./layout.ts";

export function configPages(app: App, site: Site): void {
  app.get("/desk/config", (c) => {
    const config = site.config();
    return deskPage(c, site, {
      title: "Settings",
      at: "/desk/config",
      main: html`<h1>Settings</h1>
<p>As they are in force. They are changed in <code>retropal.toml</code>, the environment or by flags.</p>
${
        panel(
          "Read them again",
          commandForm(c, site, {
            command: "config reload",
            submit: "Reload",
            back: "/desk/config",
          }),
        )
      }
${
        Object.entries(SECTIONS).map(([section, about]) =>
          panel(
            section,
            html`<p>${about}</p>${
              table(
                `Settings of ${section}`,
                ["Setting", { head: "Value", kind: "wide" }, {
                  head: "What it is",
                  kind: "wide",
                }],
                [...SETTINGS].filter(([key]) => key.startsWith(`${section}.`))
                  .map(([key, setting]) => {
                    const value = JSON.stringify(valueAt(config, key));
                    const plain = value === JSON.stringify(setting.default);
                    return {
                      cells: [
                        html`<code>${key}</code>`,
                        html`<code>${value}</code>${
                          plain ? NOTHING : html`
                            <span class="tag on">set</span>
                          `
                        }`,
                        html`${setting.about}${
                          setting.live ? NOTHING : html`
                            <span class="quiet">(restart)</span>
                          `
                        }`,
                      ],
                    };
                  }),
              )
            }`,
          )
        )
      }`,
    });
  });
}
