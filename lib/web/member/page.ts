/**
 * The member's own page.
 *
 * @module
 */
import type { Account } from "../../domain/store.ts";
import { tokenField } from "../form.ts";
import type { Form } from "../form_data.ts";
import { checkbox, field, formPanel } from "../form_fields.ts";
import { type Html, html } from "../html.ts";
import { hexColor } from "../desk/controls.ts";
import { page, panel } from "../layout.ts";
import { PROFILE_LABELS } from "../profile_fields.ts";
import type { Context, Member, Site } from "../site.ts";
import { time } from "../text.ts";
import { refusedForm } from "../web_sessions.ts";
import { emailPanel } from "./email.ts";

export function memberPage(
  c: Context,
  site: Site,
  { account, session }: Member,
): Response {
  const { typed } = refusedForm(session, "/member/profile");
  const { relations } = site.store;
  return page(c, site, {
    title: "Your account",
    menu: "/member",
    scripts: ["register.js"],
    main: html`
      <h1>${account.nickname}</h1>
      <p
        class="quiet">Member since ${time(account.createdAt)} · ${account
          .role} · number ${account.uid}
      · ${site.live.isOnline(account.uid) ? "online now" : "offline"}</p>
      <div class="columns">
        <div>
      ${profileForm(c, site, account, typed)}
      ${emailPanel(c, site, account, session)}
      ${passwordForm(c, site)}
      ${panel(
        "Sign-in and security",
        html`
          <p>The browsers that are signed in, and two-step sign-in.</p>
          <p
            class="actions"><a class="button" href="/member/security">Sign-in and security</a></p>
        `,
      )}
      ${panel(
        "Your data",
        html`
          <p>Everything this server keeps of you, as one file.</p>
          <p
            class="actions"><a class="button" href="/member/export.json" download>Download my data</a></p>
        `,
      )}
      ${deleteForm(c, site)}
        </div>
        <div>
      ${panel(
        "Pals and blocks",
        html`
          <p>${count(relations.pals(account.uid).length, "pal")}, ${count(
            relations.blocks(account.uid).length,
            "user",
          )} blocked.</p>
          <p
            class="actions"><a class="button" href="/member/pals">Pals and blocks</a></p>
        `,
      )}
      ${panel(
        "Your rooms",
        html`
          <p>Banner, lockword, admins and bans of the rooms that you own.</p>
          <p
            class="actions"><a class="button" href="/member/rooms">Your rooms</a></p>
        `,
      )}
        </div>
      </div>
    `,
  });
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** `typed` holds submitted values that were refused. */
function profileForm(
  c: Context,
  site: Site,
  account: Account,
  typed?: Form,
): Html {
  const text = (name: string, kept: string) =>
    typed?.has(name) ? typed.raw(name) : kept;
  const ticked = (
    name: "listed" | "showFirst" | "showLast" | "showEmail",
  ) => typed ? typed.has(name) : account[name];
  const profile = site.store.accounts.profile(account.uid);
  return formPanel({
    title: "Profile",
    action: "/member/profile",
    token: tokenField(c, site),
    submit: "Save",
    fields: html`${
      field({
        name: "first",
        label: "First name",
        value: text("first", account.first),
        maxlength: 200,
        autocomplete: "given-name",
      })
    }${
      field({
        name: "last",
        label: "Last name",
        value: text("last", account.last),
        maxlength: 200,
        autocomplete: "family-name",
      })
    }${
      field({
        name: "color",
        label: "Color of my nickname",
        type: "color",
        value: text("color", hexColor(account.color)),
      })
    }${
      PROFILE_LABELS.map(({ key, label }) =>
        field({
          name: key,
          label,
          value: text(key, profile.get(key) ?? ""),
          maxlength: 200,
        })
      )
    }<fieldset><legend>What others see</legend>
${checkbox("listed", "Let others find me by a search", ticked("listed"))}
${checkbox("showFirst", "Show my first name", ticked("showFirst"))}
${checkbox("showLast", "Show my last name", ticked("showLast"))}
${checkbox("showEmail", "Show my e-mail address", ticked("showEmail"))}
</fieldset>`,
  });
}

function passwordForm(c: Context, site: Site): Html {
  const secret = {
    type: "password",
    required: true,
    prefix: "pw-",
  } as const;
  return formPanel({
    title: "Password",
    action: "/member/password",
    token: tokenField(c, site),
    submit: "Change password",
    fields: html`${
      field({
        ...secret,
        name: "current",
        label: "Present password",
        autocomplete: "current-password",
      })
    }${
      field({
        ...secret,
        name: "password",
        label: "New password",
        minlength: 5,
        maxlength: 12,
        autocomplete: "new-password",
        help: "5 to 12 characters.",
        checked: true,
      })
    }${
      field({
        ...secret,
        name: "repeat",
        label: "New password again",
        minlength: 5,
        maxlength: 12,
        autocomplete: "new-password",
        checked: true,
      })
    }`,
  });
}

function deleteForm(c: Context, site: Site): Html {
  return html`
    <section class="panel">
      <h2>Leave</h2>
      <div class="body">
        <details>
          <summary>Delete my account…</summary>
          <p>Your nickname, profile, pals and waiting messages are removed at once and permanently, also messages from you that nobody has read yet. Rooms that you own stay without an owner.</p>
          <form method="post" action="/member/delete">
    ${tokenField(c, site)}
    ${field({
      name: "nickname",
      label: "Your nickname, to be sure",
      required: true,
      prefix: "del-",
    })}
    ${field({
      name: "current",
      label: "Your password",
      type: "password",
      required: true,
      prefix: "del-",
      autocomplete: "current-password",
    })}
    <p class="actions"><button class="button danger">Delete permanently</button></p>
          </form>
        </details>
      </div>
    </section>
  `;
}
