/**
 * Access to the host's desk: signed-in staff, from the networks that the host
 * allows.
 *
 * @module
 */
import { type Actor, actorOf as actorFor } from "../../actions/acting.ts";
import { aRole } from "../../commands/words.ts";
import { LEVEL, type Role } from "../../domain/store.ts";
import { requireNear } from "../metrics_page.ts";
import { Problem } from "../problem.ts";
import { requireMember } from "../sign_in.ts";
import type { Context, Member, Site } from "../site.ts";

/**
 * Returns the member, if they have this role here. Throws {@linkcode Problem}.
 */
export function requireStaff(c: Context, role: Role): Member {
  requireNear(c);
  const member = requireMember(c);
  if (LEVEL[member.account.role] < LEVEL[role]) {
    throw new Problem(403, `Only ${aRole(role)} may see this.`);
  }
  return member;
}

/**
 * Throws {@linkcode Problem} when the sign-in is too old for the desk, or the
 * desk was not used for too long.
 */
export function requireRecentSignIn(c: Context, site: Site): void {
  const member = c.get("member");
  if (member === null || site.sessions.useDesk(member.session)) return;
  throw new Problem(401, "The desk asks you to sign in again.");
}

/**
 * Throws {@linkcode Problem} for staff without two-step sign-in where the host
 * requires it.
 */
export function requireTwoStep(c: Context, site: Site): void {
  const member = c.get("member");
  if (member === null || !site.config().web.staff_two_step) return;
  if (LEVEL[member.account.role] === 0) return;
  if (site.store.twoStep.get(member.account.uid) !== undefined) return;
  throw new Problem(
    403,
    "The host wants two-step sign-in of all staff: please turn it on under " +
      "Sign-in and security (/member/security).",
  );
}

/** Returns the desk's user as the actor of commands and of the audit log. */
export function actorOf(c: Context, { account }: Member): Actor {
  return actorFor(account, c.env.address);
}

/** Returns whether the visitor's account has at least this role. */
export function isRole(c: Context, role: Role): boolean {
  const member = c.get("member");
  return member !== null && LEVEL[member.account.role] >= LEVEL[role];
}
