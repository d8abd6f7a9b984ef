/**
 * What staff can do about a user, as panels for any page that is about one.
 *
 * @module
 */
import type { Account } from "../../domain/store.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { panel } from "../layout.ts";
import type { Context, Site } from "../site.ts";
import { commandForm } from "./command_form.ts";

export interface ModerationForms {
  readonly back: string;
  readonly room?: { readonly gid: number; readonly name: string } | undefined;
  /** Filled in as the reason. */
  readonly reason?: string;
}

export function moderationForms(
  c: Context,
  site: Site,
  { nickname }: Account,
  { back, room, reason = "" }: ModerationForms,
): Html {
  const fixed = { nick: nickname };
  const given = { reason };
  return html`${
    panel(
      "Warn",
      commandForm(c, site, {
        command: "user warn",
        submit: "Warn",
        fixed,
        back,
        prefix: "warn-",
      }),
    )
  }${
    room === undefined ? NOTHING : panel(
      `Bounce from ${room.name}`,
      commandForm(c, site, {
        command: "room bounce",
        submit: "Bounce",
        fixed: { ...fixed, room: String(room.gid) },
        given,
        back,
        prefix: "bounce-",
      }),
    )
  }${
    panel(
      "Ban",
      commandForm(c, site, {
        command: "user ban",
        submit: "Ban",
        fixed,
        given,
        back,
        danger: true,
        prefix: "ban-",
      }),
    )
  }`;
}
