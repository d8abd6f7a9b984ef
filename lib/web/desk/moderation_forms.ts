/**
 * Panels with the actions that staff can take against a user, for any page
 * about one.
 *
 * @module
 */
import type { Account, Uid } from "../../domain/store.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { panel } from "../layout.ts";
import type { Context, Site } from "../site.ts";
import { commandForm } from "./command_form.ts";

export interface ModerationForms {
  readonly back: string;
  readonly room?: { readonly gid: number; readonly name: string } | undefined;
  /** The user is banned already, so the form for a ban is omitted. */
  readonly banned?: boolean;
  /** Initial value of the reason. */
  readonly reason?: string;
}

export function moderationForms(
  c: Context,
  site: Site,
  { uid, nickname }: Account,
  { back, room, reason = "", banned = false }: ModerationForms,
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
  }${mutePanel(c, site, uid, fixed, given, back)}${
    banned ? NOTHING : panel(
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

function mutePanel(
  c: Context,
  site: Site,
  uid: Uid,
  fixed: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
  back: string,
): Html {
  return site.store.mutes.get(uid, site.clock())
    ? panel(
      "Muted",
      commandForm(c, site, {
        command: "user unmute",
        submit: "Lift the mute",
        fixed,
        back,
      }),
    )
    : panel(
      "Mute",
      commandForm(c, site, {
        command: "user mute",
        submit: "Mute",
        fixed,
        given,
        back,
        prefix: "mute-",
      }),
    );
}
