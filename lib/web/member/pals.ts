/**
 * A member's pals and the users they have blocked.
 *
 * @module
 */
import type { Acting } from "../../actions/acting.ts";
import * as relations from "../../actions/relations.ts";
import { type Pal, SYSTEM_UID, type Uid } from "../../domain/store.ts";
import { table } from "../desk/layout.ts";
import { readForm, tokenField } from "../form.ts";
import { field } from "../form_fields.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { page, panel } from "../layout.ts";
import { requireMember } from "../sign_in.ts";
import type { App, Context, Member, Site } from "../site.ts";
import { refusedForm } from "../web_sessions.ts";
import { answerForm } from "./act.ts";

const HERE = "/member/pals";
/** Longest nickname, in characters. */
const LONGEST = 127;

interface PalAct {
  readonly label: string;
  /** Undefined when the form names a user who is already in the list. */
  readonly adds?: true;
  run(acting: Acting, uid: Uid, other: Uid, site: Site, name: string): string;
}

/** The actions of this page's forms, by the last part of their path. */
const ACTS: Readonly<Record<string, PalAct>> = {
  add: {
    label: "Add a pal",
    adds: true,
    run(acting, uid, other, site) {
      const { pals_per_user: most } = site.config().limits;
      relations.addPal(acting, uid, other, most);
      return "Your list has one more pal.";
    },
  },
  remove: {
    label: "Remove",
    run(acting, uid, other) {
      relations.removePal(acting, uid, other);
      return "The pal is removed. A client that is signed on shows it until " +
        "its next sign-on.";
    },
  },
  name: {
    label: "Save name",
    run(acting, uid, other, _, name) {
      relations.namePal(acting, uid, other, name);
      return "Your list shows that name.";
    },
  },
  block: {
    label: "Block",
    adds: true,
    run(acting, uid, other) {
      relations.block(acting, uid, other);
      return "They see you as offline now, and cannot write to you.";
    },
  },
  unblock: {
    label: "Unblock",
    run(acting, uid, other) {
      relations.unblock(acting, uid, other);
      return "They are no longer blocked.";
    },
  },
};

export function palPages(app: App, site: Site): void {
  app.get(HERE, (c) => palsPage(c, site, requireMember(c)));

  for (const [verb, act] of Object.entries(ACTS)) {
    const of = `${HERE}/${verb}`;
    app.post(of, async (c) => {
      const member = requireMember(c);
      const form = await readForm(c, site);
      const { uid } = member.account;
      const how = { form, of, back: HERE, field: act.adds ? "nick" : "name" };
      return answerForm(c, site, member, how, (acting) => {
        const other = act.adds
          ? relations.personNamed(site.store, form.text("nick")).uid
          : Number(form.text("uid"));
        return act.run(acting, uid, other, site, form.text("name"));
      });
    });
  }
}

function palsPage(c: Context, site: Site, member: Member): Response {
  const { uid } = member.account;
  const { relations } = site.store;
  return page(c, site, {
    title: "Pals and blocks",
    menu: "/member",
    main: html`<h1>Pals and blocks</h1>
<p><a href="/member">Back to your account</a></p>
${panel("Pals", pals(c, site, member, relations.pals(uid)))}
${panel("Blocked", blocks(c, site, member, relations.blocks(uid)))}`,
  });
}

/** Lists the pals. A user who has blocked the reader appears offline. */
function pals(
  c: Context,
  site: Site,
  member: Member,
  list: readonly Pal[],
): Html {
  const hidden = new Set(site.store.relations.blockedBy(member.account.uid));
  const { typed, faults } = refusedForm(member.session, `${HERE}/name`);
  return html`${
    table(
      "Pals",
      ["Pal", "State", { head: "Shown in my list as", kind: "wide" }, ""],
      list.map(({ uid, nickname, display }) => {
        const isTyped = typed?.text("uid") === String(uid);
        const isOnline = uid === SYSTEM_UID ||
          site.live.isOnline(uid) && !hidden.has(uid);
        return {
          cells: [
            nickname,
            isOnline ? "online" : "offline",
            html`
              <form method="post" action="${HERE}/name"
                class="line">${tokenField(
                  c,
                  site,
                )}<input type="hidden" name="uid" value="${uid}">${field({
                  name: "name",
                  label: `Name for ${nickname}`,
                  value: isTyped ? typed?.raw("name") ?? "" : display ?? "",
                  maxlength: LONGEST,
                  prefix: `n${uid}-`,
                  fault: isTyped ? faults?.["name"] : undefined,
                })}<button class="button small">Save name</button></form>
            `,
            rowForm(c, site, "remove", uid, nickname),
          ],
        };
      }),
      "You have no pals yet.",
    )
  }${addForm(c, site, member, "add", "Nickname of the new pal")}`;
}

function blocks(
  c: Context,
  site: Site,
  member: Member,
  list: readonly Pal[],
): Html {
  return html`${
    table(
      "Blocked",
      ["User", ""],
      list.map(({ uid, nickname }) => ({
        cells: [nickname, rowForm(c, site, "unblock", uid, nickname)],
      })),
      "You have blocked nobody.",
    )
  }${addForm(c, site, member, "block", "Nickname to block")}`;
}

function rowForm(
  c: Context,
  site: Site,
  verb: "remove" | "unblock",
  uid: Uid,
  nickname: string,
): Html {
  const label = ACTS[verb]?.label ?? verb;
  return html`
    <form method="post"
      action="${HERE}/${verb}">${tokenField(
        c,
        site,
      )}<input type="hidden" name="uid" value="${uid}"><button class="button small" aria-label="${label} ${nickname}">${label}</button></form>
  `;
}

function addForm(
  c: Context,
  site: Site,
  { session }: Member,
  verb: "add" | "block",
  label: string,
): Html {
  const action = `${HERE}/${verb}`;
  const { typed, faults } = refusedForm(session, action);
  return html`
    <form method="post"
      action="${action}">${tokenField(c, site)}<div class="fields">${field({
        name: "nick",
        label,
        value: typed?.raw("nick") ?? "",
        required: true,
        maxlength: LONGEST,
        prefix: `${verb}-`,
        fault: faults?.["nick"],
      })}</div><p class="actions"><button class="button">${ACTS[verb]?.label ??
        NOTHING}</button></p></form>
  `;
}
