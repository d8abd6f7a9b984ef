/**
 * The addresses that the old client opens by itself, on www.paltalk.com,
 * advertising.paltalk.com and www.users.cloud9.net (docs/protocol.md, "The
 * client's browser").
 *
 * @module
 */

export const LEGACY_PATHS = {
  location: "/location2.txt",
  signUp: "/webreg.html",
  search: "/palsearch.html",
  status: "/palsts.html",
  password: "/palpass.html",
  palInfo: "/profile/JspGetPalInfo.jsp",
  gaimInfo: "/web/ControllerServlet",
  profile: "/profile/JspGetProfile.jsp",
  groups: "/userGroup.html",
  noBanner: "/perl/bannerless.pl",
  help: "/helpme.html",
  modifyProfile: "/profile/JspModifyProfile.jsp",
  searchProfile: "/profile/JspSearchProfile.jsp",
  groupPane: "/perl/permGroup.pl",
  cameraPane: "/perl/cameraAd.pl",
  /** Served as "/" on the old client's own port. */
  front: "/paltalk.html",
} as const;

/**
 * Where the client looks for its server: on www.paltalk.com, then at
 * www.users.cloud9.net (docs/protocol.md, "Finding the server"), and the paths
 * without the folder to which a host may redirect.
 */
export const LOCATION_PATHS: readonly string[] = [
  LEGACY_PATHS.location,
  "/~picard/locatwon.txt",
  "/%7Epicard/locatwon.txt",
  "/locatwon.txt",
];

const BANNER = /^\/perl\/\w{0,40}Banner\.pl$/;
/**
 * Everything else that the client's menus and panes open: mail, shops, themes
 * and later programs, none of which this server has.
 */
const OTHER = /^(?:\/\w[\w.~-]{0,60}){1,4}\.(?:html?|jsp|pl)$/;
const PROGRAM = /^\/download(?:\/[\w.-]{1,60}){1,3}$/;
const PATHS: ReadonlySet<string> = new Set([
  ...Object.values(LEGACY_PATHS),
  ...LOCATION_PATHS,
]);

export function isBannerPath(path: string): boolean {
  return BANNER.test(path);
}

export function isLegacyPath(path: string): boolean {
  return PATHS.has(path) || isBannerPath(path) || isOtherPage(path) ||
    isProgram(path);
}

/**
 * Returns whether the path is a page of the real Paltalk's site, in place of
 * which this server describes itself.
 */
export function isOtherPage(path: string): boolean {
  return OTHER.test(path);
}

/** Returns whether the path is a program that the client wants to download. */
export function isProgram(path: string): boolean {
  return PROGRAM.test(path);
}
