/**
 * The list of words that rooms refuse or mask.
 *
 * @module
 */
import { LEVEL } from "../../domain/store.ts";
import { html, NOTHING } from "../html.ts";
import { panel } from "../layout.ts";
import { requireMember } from "../sign_in.ts";
import type { App, Site } from "../site.ts";
import { time } from "../text.ts";
import { commandForm } from "./command_form.ts";
import { deskPage, table } from "./layout.ts";

export function wordPages(app: App, site: Site): void {
  app.get("/desk/words", (c) => {
    const mayChange = LEVEL[requireMember(c).account.role] >= LEVEL.admin;
    const form = { back: "/desk/words" };
    return deskPage(c, site, {
      title: "Word list",
      at: "/desk/words",
      main: html`<h1>Word list</h1>
<p>What becomes of these words in the lines, whispers and topics of all rooms, in
nicknames and names of rooms (moderation.words_in_names), and in private messages
(moderation.words_in_messages). Staff are exempt.</p>
${
        panel(
          "Words",
          table(
            "Words",
            [{ head: "Word", kind: "wide" }, "Action", "By", "Since", ""],
            site.store.words.list().map(({ word, action, by, at }) => ({
              cells: [
                word,
                action,
                by,
                time(at),
                mayChange
                  ? commandForm(c, site, {
                    ...form,
                    command: "word remove",
                    submit: "Remove",
                    small: true,
                    show: [],
                    fixed: { word },
                  })
                  : "",
              ],
            })),
            "The list is empty.",
          ),
        )
      }
<div class="columns">
${
        mayChange
          ? panel(
            "Add a word",
            commandForm(c, site, {
              ...form,
              command: "word add",
              submit: "Add it",
              prefix: "add-",
            }),
          )
          : NOTHING
      }
${
        panel(
          "Try the list",
          commandForm(c, site, {
            ...form,
            command: "word test",
            submit: "Try it",
            prefix: "test-",
          }),
        )
      }
</div>`,
    });
  });
}
