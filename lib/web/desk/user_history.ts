/**
 * What staff should read about a user before acting: notes, complaints, earlier
 * actions and sessions.
 *
 * @module
 */
import { historyOf } from "../../commands/user_history.ts";
import type { Account } from "../../domain/store.ts";
import { type Html, html } from "../html.ts";
import { panel } from "../layout.ts";
import { requireMember } from "../sign_in.ts";
import type { Context, Site } from "../site.ts";
import { time } from "../text.ts";
import { actorOf } from "./access.ts";
import { commandForm } from "./command_form.ts";
import { table } from "./layout.ts";
import { personLink } from "./links.ts";

export function historyPanels(
  c: Context,
  site: Site,
  account: Account,
  back: string,
): Html {
  const actor = actorOf(c, requireMember(c));
  const { store, clock: now } = site;
  const history = historyOf({ store, live: null, actor, now }, account);
  const { notes, acts, sessions } = history;
  return html`${
    panel(
      "Notes",
      html`${
        table(
          "Notes",
          ["When", "By", { head: "Note", kind: "wide" }, ""],
          notes.map(({ id, at, by, text }) => ({
            cells: [
              time(at),
              by,
              text,
              by === actor.name || actor.level > 1
                ? commandForm(c, site, {
                  command: "user unnote",
                  submit: "Remove",
                  small: true,
                  show: [],
                  fixed: { id: String(id) },
                  back,
                })
                : "",
            ],
          })),
          "Nobody has written a note.",
        )
      }${
        commandForm(c, site, {
          command: "user note",
          submit: "Add the note",
          fixed: { nick: account.nickname },
          back,
          prefix: "note-",
        })
      }`,
      "notes",
    )
  }${complaints(history)}${
    panel(
      "What staff did",
      table(
        "What staff did",
        ["When", "What", "By", { head: "Details", kind: "wide" }],
        acts.map(({ at, action, actor, after }) => ({
          cells: [time(at), action, actor, after ?? ""],
        })),
        "Nothing so far.",
      ),
    )
  }${
    panel(
      "Sessions",
      table(
        "Sessions",
        ["From", "To", "Address"],
        sessions.map(({ beganAt, endedAt, address }) => ({
          cells: [time(beganAt), time(endedAt), address],
        })),
        "None that has ended is remembered.",
      ),
    )
  }`;
}

function complaints(
  { complaintsAbout, complaintsMade }: Pick<
    ReturnType<typeof historyOf>,
    "complaintsAbout" | "complaintsMade"
  >,
): Html {
  const rows = [...complaintsAbout, ...complaintsMade]
    .sort((a, b) => b.id - a.id);
  return panel(
    "Complaints",
    table(
      "Complaints",
      ["Number", "State", "When", "By", "About", {
        head: "What",
        kind: "wide",
      }],
      rows.map((one) => ({
        cells: [
          html`<a href="/desk/complaints/${one.id}">#${one.id}</a>`,
          one.state,
          time(one.at),
          personLink(one.reporter, one.reporterName),
          personLink(one.about, one.aboutName),
          one.text,
        ],
      })),
      "None about this user, and none by them.",
    ),
  );
}
