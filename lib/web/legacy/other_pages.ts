/**
 * Pages of the real Paltalk's site that the old client's menus and panes open:
 * the help, and for everything else one page that says what this server is
 * (docs/protocol.md, "The client's browser").
 *
 * @module
 */
import { type Html, html } from "../html.ts";
import type { App, Context, Site } from "../site.ts";
import { legacyPage } from "./page.ts";
import { isOtherPage, isProgram, LEGACY_PATHS } from "./paths.ts";

export function helpPages(app: App, site: Site): void {
  app.get(
    LEGACY_PATHS.help,
    (c) => legacyPage(c, site, { title: "Help", body: helpText() }),
  );
  app.get(LEGACY_PATHS.front, (c) => frontPage(c, site));
}

/**
 * Must be registered last: it handles everything that no other page has
 * handled.
 */
export function otherPages(app: App, site: Site): void {
  app.get("*", (c, next) => {
    const { path } = c.req;
    if (isProgram(path)) {
      return legacyPage(c, site, {
        title: "No programs here",
        status: 404,
        body:
          html`<p>This server hands out no programs. Your Paltalk 5.0 needs no other version.</p>`,
      });
    }
    if (!isOtherPage(path)) return next();
    return legacyPage(c, site, {
      title: "This is not Paltalk.com",
      body:
        html`<p>Your program has asked for a page of the company that made it. You are
connected to <b>${site.config().server.name}</b>, a private server for the Paltalk 5.0
client, which has no such page: no mail, no shop, no other versions, no advertising.</p>
${links()}`,
    });
  });
}

function frontPage(c: Context, site: Site): Response | Promise<Response> {
  const { name, online, rooms } = site.front.snapshot();
  return legacyPage(c, site, {
    title: "Welcome",
    body:
      html`<p><b>${name}</b> is a private server for the Paltalk 5.0 client.</p>
<p>People online: <b>${online}</b><br>Rooms open: <b>${rooms}</b></p>
${links()}`,
  });
}

function links(): Html {
  return html`
    <ul>
      <li><a href="${LEGACY_PATHS.help}">Help</a></li>
      <li><a href="${LEGACY_PATHS.groups}">Rooms of this server</a></li>
      <li><a href="${LEGACY_PATHS.search}">Find a pal</a></li>
      <li><a href="${LEGACY_PATHS.profile}">My profile</a></li>
      <li><a href="${LEGACY_PATHS.signUp}">New account</a></li>
    </ul>
  `;
}

function helpText(): Html {
  return html`<h2>Rooms</h2>
<p>Choose Groups, then a category and a room. New here? Help, Go to New User Voice
Group leads into a room for beginners. In a voice room hold the Control key, or press
the talk button, and speak; one person is heard at a time.</p>
<h2>Pals and messages</h2>
<p>Add somebody by nickname with Find. What you write to somebody who is offline
waits until they return.</p>
<h2>Commands</h2>
<p>Send the word <b>/help</b> as a message to the user Paltalk in your pal list.</p>
<h2>Forgotten password</h2>
<p>In a browser of today, open the page /forgot of this server. It sends you a link
by e-mail, or says how to reach the host, who can make you one.</p>
${links()}`;
}
