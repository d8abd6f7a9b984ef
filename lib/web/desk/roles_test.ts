/**
 * Which role may see and do what on the desk, determined by querying the
 * running pages. roles.txt holds the reviewed result; after an intended change,
 * run `UPDATE_SNAPSHOTS=1 deno test -A lib/web/desk/roles_test.ts` and read the
 * diff.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { LEVEL, type Role } from "../../domain/store.ts";
import { COMMANDS, findCommand } from "../../commands/table.ts";
import {
  type Browser,
  type TestSite,
  withSite,
} from "../../../tests/support/web/site.ts";
import { DESK_PAGES } from "../page_table.ts";

const FILE = new URL("roles.txt", import.meta.url);
const STAFF = ["moderator", "admin", "superadmin"] as const;
const ROLES = ["user", ...STAFF] as const;

interface Visitor {
  readonly role: Role | "visitor";
  readonly browser: Browser;
  /** Token for forms. */
  readonly token: string;
}

/** Returns a signed-in user of each role, and a visitor. */
async function visitors(site: TestSite): Promise<Visitor[]> {
  const all: Visitor[] = [];
  for (const role of ["visitor", ...ROLES] as const) {
    const browser = site.browser();
    if (role !== "visitor") {
      await site.addUser(`The ${role}`, { role });
      await browser.signIn(`The ${role}`);
    }
    const { text } = await browser.get(
      role === "visitor" ? "/sign-in" : "/member",
    );
    const token = /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? "";
    all.push({ role, browser, token });
  }
  return all;
}

const REFUSED = /class="notice failed"[^>]*>\s*<p>\s*Only [\w ]+ may do this/;

/** Returns "yes", "no", or "sign in" for visitors who must sign in first. */
function verdict(
  { status, text, location }: Awaited<ReturnType<Browser["get"]>>,
): string {
  if (location?.startsWith("/sign-in") || status === 401) return "sign in";
  return status === 403 || REFUSED.test(text) ? "no" : "yes";
}

/** Formats a row of the table. */
const row = (what: string, cells: readonly string[]) =>
  [what.padEnd(46), ...cells.map((cell) => cell.padEnd(10))].join(" ")
    .trimEnd();

const desk = (path: string) => path.startsWith("/desk");
const commands = COMMANDS.filter(({ hidden, endless }) => !hidden && !endless);

async function pageRows(all: readonly Visitor[]): Promise<string[]> {
  const rows: string[] = [];
  for (const { path, looks } of DESK_PAGES) {
    const [[, address]] = looks as [[string, string]];
    const cells: string[] = [];
    for (const { browser } of all) {
      cells.push(verdict(await browser.get(address)));
    }
    rows.push(row(`GET  ${path}`, cells));
  }
  return rows;
}

async function actRows(
  site: TestSite,
  all: readonly Visitor[],
): Promise<string[]> {
  const acts = site.server.posts.filter(desk).flatMap((path) =>
    path.startsWith("/desk/run/")
      ? commands.map((one) => `/desk/run/${one.path.join("/")}`)
      : path === "/desk/config/:key{[a-z0-9_.]+}"
      ? ["/desk/config/server.name"]
      : [path]
  );
  // Pages that sign members out come last.
  const isLast = (path: string) => Number(path.includes("/emergency/"));
  acts.sort((a, b) => isLast(a) - isLast(b));
  const rows: string[] = [];
  for (const path of acts) {
    const cells: string[] = [];
    for (const { browser, token } of all) {
      // Slow enough to stay below the rate limit.
      site.pass(1000);
      const answer = await browser.post(path, { form_token: token });
      cells.push(verdict(answer));
    }
    rows.push(row(`POST ${path}`, cells));
  }
  return rows;
}

Deno.test("each role's pages and actions on the desk are as recorded", () =>
  withSite(async (site) => {
    const all = await visitors(site);
    const text = [
      row("", all.map(({ role }) => role)),
      ...await pageRows(all),
      ...await actRows(site, all),
      "",
    ].join("\n");
    if (Deno.env.get("UPDATE_SNAPSHOTS")) await Deno.writeTextFile(FILE, text);
    equal(text, await Deno.readTextFile(FILE));
  }));

/** Returns the addresses of all links and forms on a page. */
function leads(text: string): { links: string[]; forms: string[] } {
  const all = (
    pattern: RegExp,
  ) => [...new Set([...text.matchAll(pattern)].map(([, path = ""]) => path))];
  return {
    links: all(/href="(\/desk[^"#?]*)/g),
    forms: all(/<form method="post"\s+action="(\/desk[^"?]*)"/g),
  };
}

for (const role of STAFF) {
  Deno.test(`no entry of the desk leads to a refusal: ${role}`, () =>
    withSite(async (site) => {
      await site.addUser("Ann");
      await site.addUser("Me", { role });
      site.store.complaints.add({
        at: Date.now(),
        reporter: null,
        reporterName: "cli",
        about: null,
        aboutName: "",
        gid: null,
        room: "",
        text: "x",
        lines: [],
      });
      const browser = site.browser();
      await browser.signIn("Me");
      const seen = new Set<string>();
      const forms = new Set<string>();
      const waiting = ["/desk"];
      for (let path; (path = waiting.pop()) !== undefined;) {
        if (seen.has(path)) continue;
        seen.add(path);
        const { status, text } = await browser.get(path);
        equal(status, 200, path);
        const found = leads(text);
        waiting.push(...found.links);
        for (const form of found.forms) forms.add(form);
      }
      ok(seen.size > 20, `${seen.size} pages`);
      const refused = [...forms].filter((form) => {
        const name = form.replace("/desk/run/", "").replaceAll("/", " ");
        const needed = findCommand(name.split(" "))?.role ?? "superadmin";
        return LEVEL[role] < LEVEL[needed];
      });
      deepEqual(refused, []);
      ok(forms.size > 10, `${forms.size} forms`);
    }));
}

/** Commands that act on a user, and the fields that they need. */
const ACTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "user passwd": { secret: "secret12", secret_again: "secret12" },
  "user set": { first: "Changed" },
  "user rename": { name: "Renamed" },
  "user remove": { rooms: "keep", messages: "keep" },
  "user ban": { reason: "x" },
  "user kick": { reason: "x" },
  "user warn": { text: "x" },
  "user totp reset": {},
  "user mute": { reason: "x" },
  "user reset-link": {},
  "user move": { room: "50001" },
  "video stop": {},
};

Deno.test("on the desk nobody can act on their own rank or above", () =>
  withSite(async (site) => {
    const all = (await visitors(site)).filter(({ role }) =>
      STAFF.some((one) => one === role)
    );
    for (const role of STAFF) await site.addUser(`Target ${role}`, { role });
    const before = new Map(
      site.store.accounts.list().map((one) => [one.uid, one]),
    );
    const happened: string[] = [];
    for (const [command, fields] of Object.entries(ACTS)) {
      for (const { role, browser, token } of all) {
        for (const target of STAFF) {
          if (LEVEL[target] < LEVEL[role as Role]) continue;
          site.pass(1000);
          const answer = await browser.post(
            `/desk/run/${command.replaceAll(" ", "/")}`,
            {
              form_token: token,
              back: "/desk",
              nick: `Target ${target}`,
              yes: "on",
              ...fields,
            },
          );
          if (answer.status === 303) {
            happened.push(`${role}: ${command} of ${target}`);
          }
        }
      }
    }
    deepEqual(happened, []);
    for (const one of site.store.accounts.list()) {
      deepEqual(one, before.get(one.uid));
    }
    deepEqual(site.live.done, []);

    // The same requests succeed below, so these fail only because of the role.
    const { browser, token } = all.at(-1)!;
    let done = 0;
    for (const [command, fields] of Object.entries(ACTS)) {
      site.pass(1000);
      const { nickname } = await site.addUser(`Below ${command}`);
      const path = `/desk/run/${command.replaceAll(" ", "/")}`;
      const more = { form_token: token, back: "/desk", nick: nickname };
      const { status } = await browser.post(path, { ...more, ...fields });
      if (status === 303) done++;
    }
    ok(done >= 7, `${done} acts on somebody below`);
  }));
