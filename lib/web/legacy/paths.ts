/**
 * The addresses that the old client opens by itself, on www.paltalk.com and
 * advertising.paltalk.com (docs/protocol.md, "The client's browser").
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
  profile: "/profile/JspGetProfile.jsp",
  groups: "/userGroup.html",
  noBanner: "/perl/bannerless.pl",
} as const;

const BANNER = /^\/perl\/\w{0,40}Banner\.pl$/;
const PATHS: ReadonlySet<string> = new Set(Object.values(LEGACY_PATHS));

export function isBannerPath(path: string): boolean {
  return BANNER.test(path);
}

export function isLegacyPath(path: string): boolean {
  return PATHS.has(path) || isBannerPath(path);
}
