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
} as const;

/**
 * Where the client looks for its server: on www.paltalk.com, then at
 * www.users.cloud9.net (docs/protocol.md, "Finding the server"), and what a
 * host may lead here without the folder.
 */
export const LOCATION_PATHS: readonly string[] = [
  LEGACY_PATHS.location,
  "/~picard/locatwon.txt",
  "/%7Epicard/locatwon.txt",
  "/locatwon.txt",
];

const BANNER = /^\/perl\/\w{0,40}Banner\.pl$/;
const PATHS: ReadonlySet<string> = new Set([
  ...Object.values(LEGACY_PATHS),
  ...LOCATION_PATHS,
]);

export function isBannerPath(path: string): boolean {
  return BANNER.test(path);
}

export function isLegacyPath(path: string): boolean {
  return PATHS.has(path) || isBannerPath(path);
}
