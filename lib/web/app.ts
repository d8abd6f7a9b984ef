/**
 * Puts all pages together, with the rules that apply to every answer.
 *
 * @module
 */
import { Hono } from "hono";
import { applicationFault } from "../actions/applications.ts";
import { memberFault } from "../actions/emergency.ts";
import { apiPages } from "./api.ts";
import { authorityPages } from "./authority_page.ts";
import { assetPages } from "./assets.ts";
import { chatPages } from "./chat/page.ts";
import { chatProfilePages } from "./chat/profile.ts";
import { chatTicketPages } from "./chat/ticket.ts";
import { checkPages } from "./check_page.ts";
import { connectPages } from "./connect_page.ts";
import { deskPages } from "./desk/desk.ts";
import { forgotPages } from "./forgot_page.ts";
import { frontPages } from "./front_page.ts";
import { html } from "./html.ts";
import { page } from "./layout.ts";
import { isLegacyPath } from "./legacy/paths.ts";
import { invitePages } from "./invite_page.ts";
import { legacyPage } from "./legacy/page.ts";
import { dropPages } from "./drop_page.ts";
import { otherPages } from "./legacy/other_pages.ts";
import { legacyPages } from "./legacy/pages.ts";
import { emailPages } from "./member/email.ts";
import { memberPages } from "./member/member.ts";
import { palPages } from "./member/pals.ts";
import { ownRoomPages } from "./member/rooms.ts";
import { securityPages } from "./member/security.ts";
import { metricsPages } from "./metrics_page.ts";
import { notFound, Problem } from "./problem.ts";
import { registerPages } from "./register_page.ts";
import { secured } from "./security_headers.ts";
import { resetPages } from "./reset_page.ts";
import { setupPages } from "./setup_page.ts";
import { signInPages } from "./sign_in.ts";
import type { App, Context, Env, Member, Site, Visitor } from "./site.ts";
import { hasSamePassword, sessionId } from "./web_sessions.ts";

export interface Pages {
  /** The paths served by GET, in the router's notation. */
  readonly paths: readonly string[];
  /** The paths served by POST. */
  readonly posts: readonly string[];
  answer(request: Request, visitor: Visitor): Promise<Response>;
  close(): void;
}

const WORDS: Readonly<Record<number, string>> = {
  400: "Not understood",
  401: "Sign in first",
  403: "Not allowed",
  404: "Not found",
  405: "Not this way",
  409: "Not now",
  413: "Too long",
  415: "Wrong kind",
  422: "Not possible",
  429: "Too much",
  500: "Something broke",
  503: "Busy",
};

export function makePages(site: Site): Pages {
  const app: App = new Hono<Env>();
  app.use(async (c, next) => {
    c.set("member", findMember(c, site));
    await next();
    // What a page answers holds even if this machine dies now.
    if (c.req.method === "POST") await site.store.settled?.();
  });
  app.notFound((c) => problemPage(c, site, notFound()));
  app.onError((error, c) => {
    if (error instanceof Problem) return problemPage(c, site, error);
    site.log.error("page failed", {
      method: c.req.method,
      path: c.req.path,
      error: error instanceof Error ? error.stack ?? String(error) : `${error}`,
    });
    return problemPage(c, site, null);
  });
  assetPages(app);
  frontPages(app, site);
  connectPages(app, site);
  authorityPages(app, site);
  const check = checkPages(app, site);
  registerPages(app, site);
  resetPages(app, site);
  forgotPages(app, site);
  setupPages(app, site);
  invitePages(app, site);
  signInPages(app, site);
  memberPages(app, site);
  emailPages(app, site);
  palPages(app, site);
  ownRoomPages(app, site);
  securityPages(app, site);
  chatTicketPages(app, site);
  chatProfilePages(app, site);
  chatPages(app, site);
  deskPages(app, site);
  dropPages(app, site);
  legacyPages(app, site);
  metricsPages(app, site);
  apiPages(app, site);
  otherPages(app, site);
  const served = (wanted: string) => [
    ...new Set(
      app.routes.filter(({ method }) => method === wanted)
        .map(({ path }) => path),
    ),
  ];
  return {
    paths: served("GET"),
    posts: served("POST"),
    answer: async (request, visitor) =>
      secured(
        await app.fetch(request, visitor),
        visitor,
        site.config().web.hsts_seconds,
      ),
    close() {
      check.close();
    },
  };
}

/**
 * Returns the signed-in account, if it still may sign in; checked for each
 * request.
 */
function findMember(c: Context, site: Site): Member | null {
  const id = sessionId(c.req.raw.headers);
  const session = id && site.sessions.find(id);
  if (!session) return null;
  const account = site.store.accounts.get(session.uid);
  if (
    account === undefined || !hasSamePassword(session, account) ||
    site.store.bans.find("account", String(account.uid), site.clock()) ||
    memberFault(site.store, account) !== null ||
    applicationFault(site.store, account.uid) !== null
  ) {
    site.sessions.close(session);
    return null;
  }
  return { session, account };
}

/** `problem` is null for an internal error, of which no details are shown. */
function problemPage(
  c: Context,
  site: Site,
  problem: Problem | null,
): Response {
  const status = problem?.status ?? 500;
  const sentence = problem?.message ??
    "Something went wrong here. It is in the server's log.";
  if (problem?.retryAfter !== undefined) {
    c.header("retry-after", String(problem.retryAfter));
  }
  if (c.req.path.startsWith("/api/")) {
    return c.json({ error: sentence }, status as 400);
  }
  if (status === 401 && c.req.method === "GET") {
    return c.redirect(`/sign-in?to=${encodeURIComponent(c.req.path)}`, 303);
  }
  if (isLegacyPath(c.req.path)) {
    return legacyPage(c, site, {
      title: WORDS[status] ?? "Problem",
      status,
      body: html`<p>${sentence}</p>`,
    });
  }
  return page(c, site, {
    title: WORDS[status] ?? "Problem",
    status,
    main: html`<h1>${WORDS[status] ?? "Problem"}</h1>
<p>${sentence}</p>
<p><a href="/">To the rooms</a></p>`,
  });
}
