/**
 * Links of the desk to what a row names.
 *
 * @module
 */
import type { Uid } from "../../domain/store.ts";
import { type Html, html } from "../html.ts";

/** The user's page, or the name alone when the account is gone. */
export function personLink(uid: Uid | null, nickname: string): Html {
  if (nickname === "") return html`–`;
  return uid === null
    ? html`${nickname}`
    : html`<a href="/desk/users/${uid}">${nickname}</a>`;
}
