/**
 * The queue of complaints, and the page of one complaint with everything that
 * staff can do about it.
 *
 * @module
 */
import { findComplaint, mayHandle } from "../../actions/complaints.ts";
import { Refused } from "../../actions/acting.ts";
import type { Complaint } from "../../domain/moderation.ts";
import { LEVEL } from "../../domain/store.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { panel } from "../layout.ts";
import { notFound } from "../problem.ts";
import { requireMember } from "../sign_in.ts";
import type { App, Context, Site } from "../site.ts";
import { time } from "../text.ts";
import { actorOf } from "./access.ts";
import { commandForm } from "./command_form.ts";
import { deskPage, facts, table } from "./layout.ts";
import { personLink } from "./links.ts";
import { moderationForms } from "./moderation_forms.ts";
import { pager } from "./pager.ts";

const PAGE = 50;
const STATES = [
  ["waiting", "Waiting"],
  ["open", "Open"],
  ["taken", "Taken"],
  ["closed", "Closed"],
  ["all", "All"],
] as const;

export function complaintPages(app: App, site: Site): void {
  app.get("/desk/complaints", (c) => {
    const state = STATES.map(([key]) => key)
      .find((key) => key === c.req.query("state")) ?? "waiting";
    const actor = actorOf(c, requireMember(c));
    const { from, show } = pager(c, "/desk/complaints", PAGE);
    const found = site.store.complaints.list({
      ...(state !== "all" && { state }),
      limit: PAGE + 1,
      offset: from,
    });
    const seen = found.slice(0, PAGE)
      .filter((one) => mayHandle(site.store, actor, one));
    return deskPage(c, site, {
      title: "Complaints",
      at: "/desk/complaints",
      main: html`<h1>Complaints</h1>
<ul class="tabs">${
        STATES.map(([key, label]) =>
          html`<li><a href="/desk/complaints?state=${key}"${
            key === state
              ? html`
                aria-current="true"
              `
              : NOTHING
          }>${label}</a></li>`
        )
      }</ul>
${panel("Newest first", html`${list(site, seen)}${show(found.length > PAGE)}`)}
${
        panel(
          "A new complaint",
          commandForm(c, site, {
            command: "complaint add",
            submit: "File it",
            back: "/desk/complaints",
          }),
        )
      }`,
    });
  });

  app.get("/desk/complaints/:id{\\d+}", (c) => {
    const actor = actorOf(c, requireMember(c));
    const id = Number(c.req.param("id"));
    try {
      const one = findComplaint({ store: site.store, actor }, id);
      return complaintPage(c, site, one);
    } catch (error) {
      throw error instanceof Refused ? notFound() : error;
    }
  });
}

function list(site: Site, complaints: readonly Complaint[]): Html {
  return table(
    "Complaints",
    [
      { head: "Number", kind: "number" },
      "State",
      "When",
      "By",
      "About",
      "Room",
      { head: "What", kind: "wide" },
      "Handled by",
    ],
    complaints.map((one) => ({
      cells: [
        html`<a href="/desk/complaints/${one.id}">#${one.id}</a>`,
        stateTag(one),
        time(one.at),
        personLink(one.reporter, one.reporterName),
        personLink(one.about, one.aboutName),
        one.room || "–",
        one.text,
        one.handledBy || "–",
      ],
    })),
    site.store.complaints.list({ limit: 1 }).length > 0
      ? "There are none in this state."
      : "Nobody has complained so far.",
  );
}

function stateTag({ state }: Complaint): Html {
  const kind = { open: " bad", taken: " on", closed: "" }[state];
  return html`<span class="tag${kind}">${state}</span>`;
}

function complaintPage(c: Context, site: Site, one: Complaint): Response {
  const { account } = requireMember(c);
  const back = `/desk/complaints/${one.id}`;
  const about = one.about === null
    ? undefined
    : site.store.accounts.get(one.about);
  const mayAct = about !== undefined &&
    LEVEL[account.role] > LEVEL[about.role];
  return deskPage(c, site, {
    title: `Complaint ${one.id}`,
    at: "/desk/complaints",
    main: html`
      <h1>Complaint #${one.id}</h1>
      ${facts([
        ["State", stateTag(one)],
        ["Made", time(one.at)],
        ["By", personLink(one.reporter, one.reporterName)],
        ["About", personLink(one.about, one.aboutName)],
        [
          "Room",
          one.gid === null
            ? "–"
            : html`<a href="/desk/rooms/${one.gid}">${one.room}</a>`,
        ],
        ["Handled by", one.handledBy || "nobody yet"],
        ["Handled", time(one.handledAt)],
      ])}
      ${panel("What was said", html`<p>${one.text || "(nothing)"}</p>`)}
      ${one.lines.length === 0 ? NOTHING : roomLines(one)}
      <div class="columns">
        <div>${panel(
          "Deal with it",
          html`${one.note === "" ? NOTHING : html`<pre>${one.note}</pre>`}
${handling(c, site, one, back)}`,
        )}</div>
        <div>${mayAct
          ? moderationForms(c, site, about, {
            back,
            room: one.gid === null
              ? undefined
              : { gid: one.gid, name: one.room },
            reason: `Complaint ${one.id}`,
          })
          : html`<p class="quiet">${
            about === undefined
              ? "It is about nobody who has an account here."
              : "The person it is about is not below you."
          }</p>`}</div>
      </div>
    `,
  });
}

function roomLines(one: Complaint): Html {
  return panel(
    "The last lines of the room",
    table(
      "The last lines of the room",
      ["When", "Who", { head: "Text", kind: "wide" }],
      one.lines.map(({ at, nickname, text }) => ({
        cells: [time(at), nickname, text],
      })),
    ),
  );
}

function handling(c: Context, site: Site, one: Complaint, back: string): Html {
  const fixed = { id: String(one.id) };
  return html`${
    commandForm(c, site, {
      command: "complaint take",
      submit: one.state === "closed" ? "Open it again" : "Take it",
      fixed,
      back,
      prefix: "take-",
    })
  }${
    one.state === "closed" ? NOTHING : commandForm(c, site, {
      command: "complaint close",
      submit: "Close it",
      fixed,
      back,
      prefix: "close-",
    })
  }`;
}
