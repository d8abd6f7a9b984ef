/**
 * Who may use the host's desk: staff who have signed in, from where the host
 * allows it.
 *
 * @module
 */
import { type Actor, actorOf as actorFor } from "../../actions/acting.ts";
import { aRole } from "../../commands/words.ts";
import { LEVEL, type Role } from "../../domain/store.ts";
import { requireNear } from "../metrics_page.ts";
import { Problem } from "../problem.ts";
import { requireMember } from "../sign_in.ts";
import type { Context, Member } from "../site.ts";

/** Throws {@linkcode Problem}. */
export function requireStaff(c: Context, role: Role): Member {
  requireNear(c);
  const member = requireMember(c);
  if (LEVEL[member.account.role] < LEVEL[role]) {
    throw new Problem(403, `Only ${aRole(role)} may see this.`);
  }
  return member;
}

/** As commands and the audit log see the person at the desk. */
export function actorOf(c: Context, { account }: Member): Actor {
  return actorFor(account, c.env.address);
}

/** Whether the visitor's account has at least this role. */
export function isRole(c: Context, role: Role): boolean {
  const member = c.get("member");
  return member !== null && LEVEL[member.account.role] >= LEVEL[role];
}
