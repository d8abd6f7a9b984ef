/**
 * Accounts: finding them, and everything that staff can do with one.
 *
 * @module
 */
import { type Account, type Role, SYSTEM_UID } from "../../domain/store.ts";
import { field, select } from "../form_fields.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { panel } from "../layout.ts";
import { notFound } from "../problem.ts";
import type { App, Context, Site } from "../site.ts";
import { time } from "../text.ts";
import { isRole } from "./access.ts";
import { commandForm, commandNamed } from "./command_form.ts";
import { deskPage, facts, table } from "./layout.ts";
import { moderationForms } from "./moderation_forms.ts";
import { historyPanels } from "./user_history.ts";

const PAGE = 50;
const ROLES = ["user", "moderator", "admin", "superadmin"] as const;
const SORTS = ["nickname", "seen", "created", "uid"] as const;

export function userPages(app: App, site: Site): void {
  app.get("/desk/users", (c) => {
    const text = c.req.query("search")?.trim().slice(0, 100) ?? "";
    const role = ROLES.find((one) => one === c.req.query("role"));
    const sort = SORTS.find((one) => one === c.req.query("sort")) ?? "nickname";
    const at = Math.min(
      1_000_000,
      Math.max(0, Math.floor(Number(c.req.query("from")) || 0)),
    );
    const found = site.store.accounts.list({
      sort,
      limit: PAGE + 1,
      offset: at,
      ...(role && { role }),
      ...(text && { text }),
    });
    return deskPage(c, site, {
      title: "Users",
      at: "/desk/users",
      main: html`<h1>Users</h1>
${
        panel(
          `${site.store.accounts.count()} accounts`,
          html`${searchForm(text, role, sort)}
${list(site, found.slice(0, PAGE))}
${pages(c, at, found.length > PAGE)}`,
        )
      }
<div class="columns">
${
        panel(
          "A new account",
          commandForm(c, site, {
            command: "user add",
            submit: "Make the account",
            back: "/desk/users",
            prefix: "add-",
          }),
        )
      }
${
        !isRole(c, commandNamed("user import").role) ? NOTHING : panel(
          "Many at once",
          html`<p><a href="/desk/commands/user/import">Import accounts</a> from CSV or JSON,
or <a href="/desk/commands/user/export">export</a> them.</p>`,
        )
      }
</div>`,
    });
  });

  app.get("/desk/users/:uid{\\d+}", (c) => {
    const account = site.store.accounts.get(Number(c.req.param("uid")));
    if (account === undefined) throw notFound();
    return accountPage(c, site, account);
  });
}

function searchForm(
  text: string,
  role: Role | undefined,
  sort: string,
): Html {
  return html`<form class="search" method="get" action="/desk/users" role="search">
${
    field({
      name: "search",
      label: "Nickname or e-mail",
      type: "search",
      value: text,
    })
  }
${
    select({ name: "role", label: "Role", value: role ?? "" }, [
      ["", "all"],
      ...ROLES.map((one) => [one, one] as const),
    ])
  }
${
    select({ name: "sort", label: "Order", value: sort }, [
      ["nickname", "by nickname"],
      ["seen", "last seen"],
      ["created", "newest"],
      ["uid", "by number"],
    ])
  }
<button class="button">Search</button>
</form>`;
}

function list(site: Site, accounts: readonly Account[]): Html {
  return table(
    "Accounts",
    [
      "Nickname",
      { head: "Number", kind: "number" },
      "Role",
      "E-mail",
      "Last seen",
      "State",
    ],
    accounts.map((account) => ({
      cells: [
        html`<a href="/desk/users/${account.uid}">${account.nickname}</a>`,
        account.uid,
        account.role,
        account.email,
        time(account.lastSeenAt),
        state(site, account),
      ],
    })),
    "Nobody was found.",
  );
}

function state(site: Site, { uid }: Account): Html {
  const ban = site.store.bans.find("account", String(uid), site.clock());
  const application = site.store.applications.get(uid);
  return html`${
    site.live.isOnline(uid) ? html`<span class="tag on">online</span>` : NOTHING
  } ${ban ? html`<span class="tag bad">banned</span>` : NOTHING} ${
    application === undefined
      ? NOTHING
      : html`<span class="tag bad">${
        application.rejectedAt === null ? "waits for approval" : "rejected"
      }</span>`
  }`;
}

function pages(c: Context, at: number, more: boolean): Html {
  const link = (from: number, label: string) => {
    const query = new URLSearchParams(c.req.query());
    query.set("from", String(from));
    return html`
      <a class="button small" href="/desk/users?${query}">${label}</a>
    `;
  };
  return html`<p>${at > 0 ? link(Math.max(0, at - PAGE), "Back") : NOTHING}${
    more ? link(at + PAGE, "More") : NOTHING
  }</p>`;
}

function accountPage(c: Context, site: Site, account: Account): Response {
  const { store } = site;
  const { uid, nickname } = account;
  const ban = store.bans.find("account", String(uid), site.clock());
  const owned = store.rooms.list().filter(({ owner }) => owner === uid);
  return deskPage(c, site, {
    title: nickname,
    at: "/desk/users",
    main: html`<h1>${nickname}</h1>
${
      facts([
        ["Number", uid],
        ["Role", account.role],
        ["State", html`${state(site, account)}`],
        ["Made", time(account.createdAt)],
        ["Last seen", time(account.lastSeenAt)],
        ["Last address", account.lastAddress ?? "–"],
        ["Pals", store.relations.pals(uid).length],
        ["Messages waiting", store.messages.count(uid)],
        ["Rooms", owned.map(({ name }) => name).join(", ") || "none"],
      ])
    }
<p>${
      ban
        ? html`Banned ${
          ban.until === null ? "permanently" : html`until ${time(ban.until)}`
        } by ${ban.by}. ${ban.reason}`
        : NOTHING
    }</p>
${
      uid === SYSTEM_UID
        ? html`<p class="quiet">This is the server itself.</p>`
        : html`${accountForms(c, site, account, ban !== undefined)}${
          historyPanels(c, site, account, `/desk/users/${uid}`)
        }`
    }`,
  });
}

/** Panels of one command each: title, command, label of its button, prefix. */
const SMALL_FORMS = [
  ["Put out", "user kick", "Kick", "kick-"],
  ["New password", "user passwd", "Give it", "pw-"],
  ["Forgotten password", "user reset-link", "Make a link", "link-"],
  ["Rename", "user rename", "Rename", "name-"],
] as const;

function accountForms(
  c: Context,
  site: Site,
  account: Account,
  banned: boolean,
): Html {
  const { nickname, uid } = account;
  const fixed = { nick: nickname };
  const back = `/desk/users/${uid}`;
  const paid = { "": "none", "Y": "plus", "6": "top" }[account.paid];
  return html`
    <div class="columns">
      <div>
    ${panel(
      "Change it",
      commandForm(c, site, {
        command: "user set",
        submit: "Save",
        fixed,
        back,
        current: {
          role: account.role,
          email: account.email,
          first: account.first,
          last: account.last,
          listed: account.listed ? "yes" : "no",
          color: account.color,
          paid,
          privacy: account.privacy,
        },
      }),
    )}
      </div>
      <div>
    ${banned
      ? panel(
        "End the ban",
        commandForm(c, site, {
          command: "user unban",
          submit: "Unban",
          fixed,
          back,
        }),
      )
      : NOTHING}
    ${moderationForms(c, site, account, { back, banned })}
    ${SMALL_FORMS.map(([title, command, submit, prefix]) =>
      panel(
        title,
        commandForm(c, site, { command, submit, fixed, back, prefix }),
      )
    )}
    ${panel(
      "Remove",
      html`<details><summary>Remove permanently…</summary>${
        commandForm(c, site, {
          command: "user remove",
          submit: "Remove the account",
          fixed,
          back: "/desk/users",
          danger: true,
          prefix: "remove-",
        })
      }</details>`,
    )}
      </div>
    </div>
  `;
}
