/**
 * The emergency levels, on the overview.
 *
 * @module
 */
import { EMERGENCY_LEVELS } from "../../domain/moderation.ts";
import { LEVEL } from "../../domain/store.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { notice, panel } from "../layout.ts";
import { requireMember } from "../sign_in.ts";
import type { Context, Site } from "../site.ts";
import { time } from "../text.ts";
import { commandForm } from "./command_form.ts";

const LABELS = {
  open: "Open to everybody",
  members: "Members only",
  staff: "Staff only",
} as const;

/** Shows the current level; admins can change it. */
export function emergencyPanel(c: Context, site: Site): Html {
  const { level, reason, by, at } = site.store.emergency.get();
  const mayChange = LEVEL[requireMember(c).account.role] >= LEVEL.admin;
  const said = level === "open" ? NOTHING : html`${
    notice({
      kind: "failed",
      lines: [`${LABELS[level]}, set by ${by}. ${reason}`.trim()],
    })
  }<p class="quiet">Since ${time(at)}.</p>`;
  if (!mayChange) return said;
  return html`${said}${
    panel(
      "Emergency",
      html`
        <details>
          <summary>${LABELS[level]}: change who may come in…</summary>
          <p>Holds at every entrance until you change it, also after a restart.</p>
          <div class="columns">${EMERGENCY_LEVELS.filter((one) => one !== level)
            .map((one) =>
              html`<div>${
                commandForm(c, site, {
                  command: `emergency ${one}`,
                  submit: LABELS[one],
                  back: "/desk",
                  danger: one === "staff",
                  prefix: `${one}-`,
                  ...(one === "open" && { show: [] }),
                })
              }</div>`
            )}</div>
        </details>
      `,
    )
  }`;
}
