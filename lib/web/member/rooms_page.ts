/**
 * The pages of a member's own rooms: their list, and one with its settings.
 *
 * @module
 */
import type { StoredRoom, Uid } from "../../domain/store.ts";
import { table } from "../desk/layout.ts";
import { tokenField } from "../form.ts";
import { checkbox, field } from "../form_fields.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { page, panel } from "../layout.ts";
import type { Context, Member, Site } from "../site.ts";
import { refusedForm } from "../web_sessions.ts";

export const HERE = "/member/rooms";

export function listPage(
  c: Context,
  site: Site,
  { account }: Member,
): Response {
  const own = site.store.rooms.list()
    .filter(({ owner }) => owner === account.uid);
  const alive = site.live.rooms();
  const temporary = alive.filter(({ permanent, owner }) =>
    !permanent && owner === account.uid
  );
  return page(c, site, {
    title: "Your rooms",
    menu: "/member",
    main: html`<h1>Your rooms</h1>
<p><a href="/member">Back to your account</a></p>
${
      panel(
        "Permanent rooms",
        table(
          "Permanent rooms",
          ["Room", { head: "People", kind: "number" }, "Lockword", {
            head: "Banner",
            kind: "wide",
          }],
          own.map(({ gid, name, lockword, banner }) => ({
            cells: [
              html`
                <a href="${HERE}/${gid}">${name}</a>
              `,
              alive.find((one) => one.gid === gid)?.members.length ?? 0,
              lockword === "" ? "none" : "set",
              banner,
            ],
          })),
          "You own none. The host makes permanent rooms and gives them an owner.",
        ),
      )
    }${
      temporary.length === 0 ? NOTHING : panel(
        "Rooms that you have opened in the client",
        html`
          <ul>${temporary.map(({ name, members }) =>
            html`
              <li>${name} (${members.length})</li>
            `
          )}</ul>
          <p class="quiet">They end with their last member. Change them there.</p>
        `,
      )
    }`,
  });
}

export function roomPage(
  c: Context,
  site: Site,
  member: Member,
  room: StoredRoom,
): Response {
  const { gid, name } = room;
  return page(c, site, {
    title: name,
    menu: "/member",
    main: html`
      <h1>${name}</h1>
      <p><a href="${HERE}">Your rooms</a></p>
      <div class="columns">
        <div>
      ${panel("Settings", settings(c, site, member, room))}
        </div>
        <div>
      ${panel("Admins", admins(c, site, member, gid))}
      ${panel("Banned and bounced", outcasts(c, site, member, gid))}
        </div>
      </div>
    `,
  });
}

function settings(
  c: Context,
  site: Site,
  { session }: Member,
  room: StoredRoom,
): Html {
  const action = `${HERE}/${room.gid}`;
  const { typed, faults = {} } = refusedForm(session, action);
  const value = (key: string, kept: string) =>
    typed?.has(key) ? typed.raw(key) : kept;
  const on = (key: string, kept: boolean) => typed ? typed.has(key) : kept;
  return html`
    <form method="post"
      action="${action}">${tokenField(c, site)}<div class="fields">${textArea(
        "banner",
        "Banner",
        value("banner", room.banner),
        faults,
        {
          help: "The topic above the room's text.",
        },
      )}${textArea(
        "welcome",
        "Welcome",
        value("welcome", room.welcome),
        faults,
        {
          help:
            "Greets everybody who comes in; {nick} and {room} are filled in.",
        },
      )}${field({
        name: "lockword",
        label: "Lockword",
        value: value("lockword", room.lockword),
        maxlength: 32,
        help: "What one must know to come in; empty for nothing.",
        fault: faults["lockword"],
      })}${field({
        name: "adminCode",
        label: "Code for “join as admin”",
        value: value("adminCode", room.adminCode),
        maxlength: 9,
        help: "Four to nine digits; empty for none.",
        fault: faults["adminCode"],
      })}${field({
        name: "slowSeconds",
        label: "Slow mode, seconds",
        type: "number",
        min: 0,
        max: 3600,
        value: value("slowSeconds", String(room.slowSeconds)),
        help: "Between two lines of a member; 0 for none.",
        fault: faults["slowSeconds"],
      })}${checkbox(
        "newUsersMic",
        "New members may talk",
        on("newUsersMic", room.newUsersMic),
      )}${checkbox(
        "redDotText",
        "A red dot ends writing",
        on("redDotText", room.redDotText),
      )}${checkbox(
        "redDotVideo",
        "A red dot ends video",
        on("redDotVideo", room.redDotVideo),
      )}</div><p class="actions"><button class="button">Save</button></p></form>
  `;
}

function textArea(
  name: string,
  label: string,
  value: string,
  faults: Readonly<Record<string, string>>,
  { help }: { readonly help: string },
): Html {
  const fault = faults[name];
  const ids = `${name}-help${fault === undefined ? "" : ` ${name}-fault`}`;
  return html`<div class="field"><label for="${name}">${label}</label>
<textarea id="${name}" name="${name}" rows="3" maxlength="1000" aria-describedby="${ids}">${value}</textarea>
<p class="help" id="${name}-help">${help}</p>${
    fault === undefined
      ? NOTHING
      : html`<p class="fault" id="${name}-fault">${fault}</p>`
  }</div>`;
}

function admins(
  c: Context,
  site: Site,
  member: Member,
  gid: number,
): Html {
  return html`${
    userRows(c, site, gid, {
      caption: "Admins of the room",
      users: site.store.rooms.offices(gid).admins,
      verb: "no-admin",
      label: "Remove",
      none: "Nobody but you.",
    })
  }${
    nickForm(c, site, member, gid, {
      verb: "admin",
      label: "Nickname of a new admin",
      submit: "Make admin",
    })
  }`;
}

function outcasts(
  c: Context,
  site: Site,
  member: Member,
  gid: number,
): Html {
  const { banned, bounced } = site.store.rooms.offices(gid);
  return html`${
    userRows(c, site, gid, {
      caption: "Banned and bounced users",
      users: [...new Set([...banned, ...bounced])],
      verb: "unban",
      label: "Let in again",
      none: "Nobody is kept out.",
    })
  }${
    nickForm(c, site, member, gid, {
      verb: "ban",
      label: "Nickname to ban from the room",
      submit: "Ban",
    })
  }`;
}

interface UserRows {
  readonly caption: string;
  readonly users: readonly Uid[];
  readonly verb: "no-admin" | "unban";
  readonly label: string;
  readonly none: string;
}

function userRows(
  c: Context,
  site: Site,
  gid: number,
  { caption, users, verb, label, none }: UserRows,
): Html {
  return table(
    caption,
    ["User", ""],
    users.map((uid) => {
      const name = site.store.accounts.get(uid)?.nickname ?? String(uid);
      return {
        cells: [
          name,
          html`
            <form method="post"
              action="${HERE}/${gid}/${verb}">${tokenField(
                c,
                site,
              )}<input type="hidden" name="uid" value="${uid}"><button class="button small" aria-label="${label} ${name}">${label}</button></form>
          `,
        ],
      };
    }),
    none,
  );
}

function nickForm(
  c: Context,
  site: Site,
  { session }: Member,
  gid: number,
  { verb, label, submit }: {
    readonly verb: "admin" | "ban";
    readonly label: string;
    readonly submit: string;
  },
): Html {
  const action = `${HERE}/${gid}/${verb}`;
  const { typed, faults } = refusedForm(session, action);
  return html`
    <form method="post"
      action="${action}">${tokenField(c, site)}<div class="fields">${field({
        name: "nick",
        label,
        value: typed?.raw("nick") ?? "",
        required: true,
        maxlength: 127,
        prefix: `${verb}-`,
        fault: faults?.["nick"],
      })}</div><p class="actions"><button class="button small">${submit}</button></p></form>
  `;
}
