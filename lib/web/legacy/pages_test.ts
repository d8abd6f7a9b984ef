import { equal, match, ok } from "node:assert/strict";
import { addUser } from "../../../tests/support/db/temp.ts";
import { roomInfo, sessionInfo } from "../../../tests/support/web/fake_live.ts";
import { PASSWORD, withSite } from "../../../tests/support/web/site.ts";
import { isLegacyPath, LEGACY_PATHS } from "./paths.ts";

const latin = async (base: string, path: string) => {
  const response = await fetch(base + path);
  const bytes = await response.arrayBuffer();
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    text: new TextDecoder("windows-1252").decode(bytes),
  };
};

Deno.test("the old client's pages are HTML of 2002, whatever the Host header", () =>
  withSite(async (site) => {
    site.live.roomList = [roomInfo({ name: "Caf\u00e9 \u20ac" })];
    for (const path of Object.values(LEGACY_PATHS)) {
      if (path === LEGACY_PATHS.location) continue;
      const { status, type, text } = await latin(
        site.base,
        path === LEGACY_PATHS.palInfo
          ? `${path}?cb_action=palinfo&nick=Paltalk`
          : path,
      );
      const nobody = path === LEGACY_PATHS.palInfo ||
        path === LEGACY_PATHS.gaimInfo;
      equal(status, nobody ? 404 : 200, path);
      equal(type, "text/html; charset=windows-1252");
      ok(!/<(script|style|link|nav|main|section)\b/.test(text), path);
    }
    match((await latin(site.base, "/userGroup.html")).text, /Caf\u00e9 \u20ac/);
  }));

Deno.test("GET /web/ControllerServlet returns a nickname to Gaim's plugin", () =>
  withSite(async (site) => {
    addUser(site.store, "Zo\u00eb");
    for (const nick of ["Zo%C3%AB", "Zo%EB", "Nobody"]) {
      const path = "/web/ControllerServlet?RequestId=Web.PalInfo" +
        `&nick=${nick}&mynick=Gus&psts=N`;
      const { status, text } = await latin(site.base, path);
      equal(status, nick === "Nobody" ? 404 : 200);
      // Gaim's plugin removes the tags and expects a colon in each line.
      const lines = text.replaceAll(/<[^>]*>/g, "").trim().split("\n");
      equal(lines[0], `Nickname: ${nick === "Nobody" ? nick : "Zo\u00eb"}`);
      for (const line of lines) match(line, /^[\w ]+: \S/);
    }
  }));

Deno.test("the banner is the host's own name and no advertising", () =>
  withSite(async (site) => {
    site.live.sessionList = [sessionInfo()];
    for (const name of ["groupBanner", "imBanner", "Banner"]) {
      const { status, text } = await latin(site.base, `/perl/${name}.pl?uid=1`);
      equal(status, 200);
      match(text, /<b>Retropal<\/b>/);
      match(text, /1 online/);
    }
    match((await latin(site.base, "/perl/other.pl")).text, /private server/);
    ok(!isLegacyPath("/perl/../Banner.pl"));
  }));

Deno.test("whatever the client's menus and panes open is answered", () =>
  withSite(async (site) => {
    const pages = {
      "/helpme.html": /\/help/,
      "/profile/JspModifyProfile.jsp?cb_action=get": /name="password"/,
      "/profile/JspSearchProfile.jsp?cb_action=init": /Find a pal/,
      "/perl/permGroup.pl": /<title>-<\/title>/,
      "/perl/cameraAd.pl": /<title>-<\/title>/,
      "/cgi-bin/framemaker.pl?url=x": /private server/,
      "/palpremium.html": /private server/,
      "/paltalk/Privacy.htm": /private server/,
      "/l90.html": /private server/,
    };
    for (const [path, shows] of Object.entries(pages)) {
      const { status, text } = await latin(site.base, path);
      equal(status, 200, path);
      match(text, shows, path);
    }
    const program = await latin(site.base, "/download/0.x/pal_install.exe");
    equal(program.status, 404);
    match(program.text, /hands out no programs/);
    equal((await latin(site.base, "/nothing")).status, 404);
    for (const path of ["/../x.html", "/a//b.html", "/x.html/y"]) {
      ok(!isLegacyPath(path), path);
    }
  }));

Deno.test("GET /profile/JspGetPalInfo.jsp returns the public profile, in UTF-8 or Windows-1252", () =>
  withSite(async (site) => {
    const zoe = await site.addUser("Zo\u00eb", {
      first: "Zo\u00eb",
      last: "Hidden",
      email: "hidden@example.org",
      showLast: false,
      showEmail: false,
    });
    site.store.accounts.setProfile(
      zoe.uid,
      new Map([["country", "France"], ["street", "Rue Secr\u00e8te"]]),
    );
    const path = "/profile/JspGetPalInfo.jsp?cb_action=palinfo&nick=";
    for (const nick of ["Zo%EB", "Zo%C3%AB", "zo%eb"]) {
      const { status, text } = await latin(site.base, path + nick);
      equal(status, 200, nick);
      match(text, /<h1>Zo\u00eb<\/h1>/);
      match(text, /France/);
      ok(!/Hidden|hidden|Rue/.test(text));
    }
    site.store.accounts.update(zoe.uid, { listed: false });
    ok(!(await latin(site.base, path + "Zo%EB")).text.includes("France"));
  }));

Deno.test("GET /palsearch.html finds users by name, and hides the unlisted", () =>
  withSite(async (site) => {
    await site.addUser("Annabel");
    await site.addUser("Annette", { listed: false });
    const found = async (nick: string) =>
      (await latin(site.base, `/palsearch.html?nick=${nick}`)).text;
    match(await found("annabel"), /<li><a href="[^"]*nick=Annabel">Annabel/);
    match(await found("ann"), /Nobody was found/);
    match(await found("Annette"), /Nobody was found/);
    site.configure({ "web.show_names": true });
    match(await found("ann"), /Annabel/);
    ok(!(await found("ann")).includes("Annette"));
  }));

Deno.test("GET /palpass.html repeats nothing from the request", () =>
  withSite(async (site) => {
    const { text } = await latin(
      site.base,
      "/palpass.html?email=victim@example.org&nick=%3Cscript%3E",
    );
    ok(!/victim|script/.test(text));
    match(text, /Ask its host/);
  }));

Deno.test("POST /profile/JspGetProfile.jsp changes the profile without cookies", () =>
  withSite(async (site) => {
    const ann = await site.addUser("Ann", { first: "Ann" });
    const browser = site.browser();
    const form = await browser.get(LEGACY_PATHS.profile);
    const wrong = await browser.submit(form, LEGACY_PATHS.profile, {
      nickname: "Ann",
      password: "wrong12",
      interests: "tea",
    });
    match(wrong.text, /is not right/);
    await browser.submit(form, LEGACY_PATHS.profile, {
      nickname: "Ann",
      password: PASSWORD,
      interests: "tea",
    });
    equal(site.store.accounts.profile(ann.uid).get("interests"), "tea");
    equal(site.store.accounts.get(ann.uid)?.first, "Ann");
    equal(browser.cookie, "");
  }));
