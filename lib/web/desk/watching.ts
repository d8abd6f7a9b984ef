/**
 * Event streams of the desk, which end when their reader is no longer staff.
 *
 * @module
 */
import { LEVEL, type Role } from "../../domain/store.ts";
import type { LiveFragments } from "../live_fragments.ts";
import type { Context, Member, Site } from "../site.ts";
import { hasSamePassword } from "../web_sessions.ts";
import { requireStaff } from "./access.ts";

export function watching(
  c: Context,
  site: Site,
  fragments: LiveFragments,
  role: Role,
): Response {
  const member = requireStaff(c, role);
  return site.streams.follow(
    c.env.address,
    fragments,
    () => maySee(site, member, role),
  );
}

/**
 * Returns whether the member is still signed in, has this role, and has not
 * changed their password.
 */
export function maySee(site: Site, { session }: Member, role: Role): boolean {
  const { sessions } = site;
  if (!sessions.isOpen(session) || !sessions.isFresh(session)) return false;
  const account = site.store.accounts.get(session.uid);
  return account !== undefined &&
    hasSamePassword(session, account) &&
    LEVEL[account.role] >= LEVEL[role];
}
