import { deepEqual, equal } from "node:assert/strict";
import { LEVEL, type Role } from "../domain/store.ts";
import { LEGACY_PATHS } from "./legacy/paths.ts";
import { DESK_PAGES, PAGES } from "./page_table.ts";
import { withSite } from "../../tests/support/web/site.ts";

/** Served by GET but not pages: files, streams, and data for programs. */
const NO_PAGES = [
  /^\/(api|assets|metrics|healthz|live|favicon\.ico|robots\.txt)/,
  /^\/(connect|member|register|desk|sign-in|chat)\/[\w/.-]*(live|stream)$|^\/register\/check$|\.(reg|json)$/,
  /^\/connect\/(?!(check|authority)$)/,
  /^\/perl\//,
  /\.svg$/,
  /^\/chat\/(files\/|profile$|session$)/,
  // Any other path that the old client opens.
  /^\/\*$/,
  /\.txt$|picard/,
];

Deno.test("every page that is served is in the table", () =>
  withSite((site) => {
    const served = site.server.paths.filter((path) =>
      !NO_PAGES.some((pattern) => pattern.test(path))
    );
    const listed = new Set(PAGES.map(({ path }) => path));
    deepEqual(served.filter((path) => !listed.has(path)), []);
    deepEqual([...listed].filter((path) => !served.includes(path)), []);
    return Promise.resolve();
  }));

Deno.test("every page of the desk opens from its role on, and not below", () =>
  withSite(async (site) => {
    const roles: readonly Role[] = ["moderator", "admin", "superadmin"];
    for (const role of roles) {
      await site.addUser(role, { role });
      const browser = site.browser();
      await browser.signIn(role);
      for (const { path, role: needed, looks } of DESK_PAGES) {
        const [[, address]] = looks as [[string, string]];
        const { status } = await browser.get(address);
        const may = LEVEL[role] >= LEVEL[needed as Role];
        equal(status === 403, !may, `${role} ${path} ${status}`);
      }
    }
  }));

Deno.test("a browser looks at every page for people", async () => {
  const looks = await Deno.readTextFile(
    new URL("../../tests/web/looks_test.ts", import.meta.url),
  );
  // Those without an address of their own are named in the test of looks.
  const unseen = PAGES.filter((row) => row.looks.length === 0)
    .map(({ path }) => path)
    .filter((path) => !looks.includes(`${path.split("/:")[0]}`));
  // The browser client has tests of its own; a program reads the other.
  deepEqual(unseen, ["/chat", "/web/ControllerServlet"]);
});

Deno.test("the old client's pages are in the table", () => {
  const legacy = PAGES.filter((row) => row.legacy).map(({ path }) => path);
  // Responses that are not HTML, and the panes in the client's windows.
  const pages = Object.values(LEGACY_PATHS).filter((path) =>
    !path.endsWith(".txt") && !path.startsWith("/perl/")
  );
  deepEqual([...legacy].sort(), pages.sort());
});
