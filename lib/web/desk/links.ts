/**
 * Links from rows of the desk to the users and rooms that they name.
 *
 * @module
 */
import type { Store, Uid } from "../../domain/store.ts";
import { type Html, html } from "../html.ts";

/** Links to the user's page; only the name when the account is gone. */
export function personLink(uid: Uid | null, nickname: string): Html {
  if (nickname === "") return html`–`;
  return uid === null
    ? html`${nickname}`
    : html`<a href="/desk/users/${uid}">${nickname}</a>`;
}

export interface Link {
  readonly path: string;
  readonly label: string;
}

/** Links to the users and rooms that a command's answer names. */
export function resultLinks(
  { store }: { readonly store: Store },
  json: unknown,
): Link[] {
  const { uid, gid, kind, target } = Object(json);
  const account = store.accounts.get(
    Number(kind === "account" ? target : uid) || 0,
  );
  const room = store.rooms.get(Number(gid) || 0);
  return [
    ...(account === undefined
      ? []
      : [{ path: `/desk/users/${account.uid}`, label: account.nickname }]),
    ...(room === undefined
      ? []
      : [{ path: `/desk/rooms/${room.gid}`, label: room.name }]),
  ];
}
