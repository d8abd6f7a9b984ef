/**
 * `GET /chat/profile`: with `?nick=` the public part of an account's profile;
 * with a ticket of a chat session the complete profile of its own account.
 *
 * @module
 */
import { PROFILE_LABELS, shownProfile } from "../profile_fields.ts";
import { findable } from "../../actions/applications.ts";
import { SYSTEM_UID } from "../../domain/store.ts";
import type { App, Site } from "../site.ts";

const TICKET = /^Ticket ([\w-]+)$/;

export function chatProfilePages(app: App, site: Site): void {
  app.get("/chat/profile", (c) => {
    c.header("cache-control", "no-store");
    const nickname = c.req.query("nick");
    if (nickname === undefined) {
      const token = TICKET.exec(c.req.header("authorization") ?? "")?.[1];
      const own = token && ownProfile(site, token);
      return own
        ? c.json(own)
        : c.json({ error: "Missing, used or expired ticket." }, 403);
    }
    const named = site.store.accounts.byNickname(nickname);
    const account = findable(site.store, named);
    if (account === undefined || account.uid === SYSTEM_UID) {
      return c.json({ error: "Nobody here has this nickname." }, 404);
    }
    return c.json({
      nickname: account.nickname,
      fields: shownProfile(site.store, account),
    });
  });
}

function ownProfile(site: Site, token: string) {
  const ticket = site.tickets.redeem(token, "profile", site.clock());
  if (ticket === undefined) return undefined;
  const account = site.store.accounts.get(ticket.uid);
  if (
    account?.passwordHash !== ticket.passwordHash ||
    site.sessionOf(ticket.uid) !== ticket.session
  ) return undefined;
  const { first, last, email, showFirst, showLast, showEmail } = account;
  const fields = site.store.accounts.profile(account.uid);
  return {
    person: { first, last, email },
    shown: { first: showFirst, last: showLast, email: showEmail },
    fields: PROFILE_LABELS.map(({ key, label, shown }) => ({
      key,
      label,
      shown,
      value: fields.get(key) ?? "",
    })),
  };
}
