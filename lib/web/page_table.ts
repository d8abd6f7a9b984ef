/**
 * The table of all pages: path, place in a menu, required role, and the
 * addresses at which tests look at it. A page that is served but missing here
 * fails a test (lib/web/page_table_test.ts).
 *
 * @module
 */
import type { Role } from "../domain/store.ts";

/**
 * A name for screenshots, and a path with the query that shows the page best.
 */
export type Look = readonly [name: string, path: string];

export interface PageRow {
  /** The path in the router's notation. */
  readonly path: string;
  /** Its label in the menu of the site or the desk; menus keep this order. */
  readonly menu?: string;
  /**
   * "visitor" is everybody, "member" is a signed-in user; other roles are
   * staff.
   */
  readonly role: "visitor" | "member" | Role;
  /** Served to the old client's browser, as HTML of 2002. */
  readonly legacy?: true;
  readonly looks: readonly Look[];
}

const desk = (
  path: string,
  role: Role,
  menu: string | undefined,
  ...looks: readonly Look[]
): PageRow => ({ path, role, ...(menu !== undefined && { menu }), looks });

const old = (path: string, ...looks: readonly Look[]): PageRow => ({
  path,
  role: "visitor",
  legacy: true,
  looks,
});

export const PAGES: readonly PageRow[] = [
  { path: "/", menu: "Rooms", role: "visitor", looks: [["front", "/"]] },
  // The browser client has its own tests.
  { path: "/chat", menu: "Chat", role: "visitor", looks: [] },
  // Data for the browser client.
  {
    path: "/connect",
    menu: "Connect",
    role: "visitor",
    looks: [["connect", "/connect"]],
  },
  {
    path: "/connect/authority",
    role: "visitor",
    looks: [["authority", "/connect/authority"]],
  },
  {
    path: "/connect/check",
    role: "visitor",
    looks: [["check", "/connect/check"]],
  },
  {
    path: "/register",
    menu: "Join",
    role: "visitor",
    looks: [["register", "/register"]],
  },
  // Each link differs, so this page has its own tests.
  { path: "/invite/:code", role: "visitor", looks: [] },
  {
    path: "/sign-in",
    menu: "Sign in",
    role: "visitor",
    looks: [["sign-in", "/sign-in"]],
  },
  {
    path: "/forgot",
    role: "visitor",
    looks: [["forgot", "/forgot"]],
  },
  // Opened with a token, so these pages have their own tests.
  { path: "/reset", role: "visitor", looks: [] },
  { path: "/confirm", role: "visitor", looks: [] },
  { path: "/setup", role: "visitor", looks: [] },
  { path: "/member", role: "member", looks: [["member", "/member"]] },
  {
    path: "/member/pals",
    role: "member",
    looks: [["member-pals", "/member/pals"]],
  },
  {
    path: "/member/rooms",
    role: "member",
    looks: [["member-rooms", "/member/rooms"]],
  },
  // Each owner sees another page, so it has its own tests.
  { path: "/member/rooms/:gid{\\d+}", role: "member", looks: [] },
  {
    path: "/member/security",
    role: "member",
    looks: [["security", "/member/security"]],
  },

  desk("/desk", "moderator", "Overview", ["desk", "/desk"], [
    "desk-week",
    "/desk?range=week",
  ]),
  desk("/desk/statistics", "moderator", "Statistics", [
    "desk-statistics",
    "/desk/statistics",
  ], ["desk-statistics-year", "/desk/statistics?range=year"]),
  desk("/desk/complaints", "moderator", "Complaints", [
    "desk-complaints",
    "/desk/complaints?state=all",
  ]),
  desk("/desk/complaints/:id{\\d+}", "moderator", undefined, [
    "desk-complaint",
    "/desk/complaints/1",
  ]),
  desk("/desk/sessions", "moderator", "Sessions", [
    "desk-sessions",
    "/desk/sessions",
  ]),
  desk("/desk/sessions/:uid{\\d+}", "moderator", undefined, [
    "desk-session",
    "/desk/sessions/1000003",
  ]),
  desk("/desk/rooms", "moderator", "Rooms", ["desk-rooms", "/desk/rooms"]),
  desk("/desk/rooms/:gid{\\d+}", "moderator", undefined, [
    "desk-room",
    "/desk/rooms/50001",
  ]),
  desk("/desk/categories", "moderator", "Categories", [
    "desk-categories",
    "/desk/categories",
  ]),
  desk("/desk/categories/:code{\\d+}", "moderator", undefined, [
    "desk-category",
    "/desk/categories/30006",
  ]),
  desk("/desk/users", "moderator", "Users", ["desk-users", "/desk/users"]),
  desk("/desk/users/:uid{\\d+}", "moderator", undefined, [
    "desk-user",
    "/desk/users/1000003",
  ]),
  desk("/desk/applications", "admin", "Applications", [
    "desk-applications",
    "/desk/applications",
  ]),
  desk("/desk/bans", "moderator", "Bans", ["desk-bans", "/desk/bans"]),
  desk("/desk/words", "moderator", "Word list", ["desk-words", "/desk/words"]),
  desk("/desk/invites", "admin", "Invitations", [
    "desk-invites",
    "/desk/invites",
  ]),
  desk("/desk/files", "admin", "Files", ["desk-files", "/desk/files"]),
  desk("/desk/announce", "admin", "Announce", [
    "desk-announce",
    "/desk/announce",
  ]),
  desk("/desk/audit", "admin", "Audit log", ["desk-audit", "/desk/audit"]),
  desk("/desk/packets", "admin", "Packets", ["desk-packets", "/desk/packets"], [
    "desk-packets-live",
    "/desk/packets?nick=Ann",
  ]),
  desk("/desk/config", "admin", "Settings", ["desk-config", "/desk/config"]),
  desk("/desk/config/:key{[a-z0-9_.]+}", "superadmin", undefined, [
    "desk-setting",
    "/desk/config/server.name",
  ]),
  desk("/desk/retention", "admin", "Data kept", [
    "desk-retention",
    "/desk/retention",
  ]),
  desk("/desk/mail", "superadmin", "E-mail", ["desk-mail", "/desk/mail"]),
  desk("/desk/backup", "superadmin", "Backup", [
    "desk-backup",
    "/desk/backup",
  ]),
  // Needs an existing backup, so it has its own test.
  desk("/desk/backup/restore", "superadmin", undefined, [
    "desk-restore-none",
    "/desk/backup/restore",
  ]),
  desk("/desk/commands", "moderator", "All commands", [
    "desk-commands",
    "/desk/commands",
  ]),
  // Each command requires a role of its own in addition to the page's.
  desk("/desk/commands/:path{.+}", "moderator", undefined, [
    "desk-command-ban",
    "/desk/commands/user/ban",
  ], ["desk-command", "/desk/commands/user/import"]),

  old("/webreg.html", ["old-sign-up", "/webreg.html"]),
  old("/palsearch.html", ["old-search", "/palsearch.html?nick=Ann"]),
  old("/profile/JspGetPalInfo.jsp", [
    "old-pal-info",
    "/profile/JspGetPalInfo.jsp?nick=Ann",
  ]),
  // Plain lines for Gaim's plugin, never shown to a user.
  old("/web/ControllerServlet"),
  old("/profile/JspGetProfile.jsp", [
    "old-profile",
    "/profile/JspGetProfile.jsp",
  ]),
  old("/palpass.html", ["old-password", "/palpass.html"]),
  old("/palsts.html", ["old-status", "/palsts.html"]),
  old("/userGroup.html", ["old-groups", "/userGroup.html"]),
  old("/profile/JspSearchProfile.jsp", [
    "old-search-profile",
    "/profile/JspSearchProfile.jsp",
  ]),
  old("/profile/JspModifyProfile.jsp", [
    "old-modify-profile",
    "/profile/JspModifyProfile.jsp",
  ]),
  old("/helpme.html", ["old-help", "/helpme.html"]),
  old("/paltalk.html", ["old-about", "/paltalk.html"]),
];

const isDesk = ({ path }: PageRow): boolean => /^\/desk\b/.test(path);

export const DESK_PAGES: readonly PageRow[] = PAGES.filter(isDesk);

export interface MenuEntry {
  readonly label: string;
  readonly path: string;
  readonly role: PageRow["role"];
}

function menuOf(rows: readonly PageRow[]): readonly MenuEntry[] {
  return rows.flatMap(({ menu, path, role }) =>
    menu === undefined ? [] : [{ label: menu, path, role }]
  );
}

/** The menus of the site and of the desk. */
export const SITE_MENU = menuOf(PAGES.filter((row) => !isDesk(row)));
export const DESK_MENU = menuOf(DESK_PAGES);
