/**
 * Roles of accounts and their permission levels.
 *
 * @module
 */

export type Role = "user" | "moderator" | "admin" | "superadmin";
/** Permission levels as commands and rooms compare them. */
export const LEVEL = {
  user: 0,
  moderator: 1,
  admin: 2,
  superadmin: 3,
} as const satisfies Record<Role, number>;

/** The host at the machine's own command line is above all staff. */
export const HOST_LEVEL = 4;
