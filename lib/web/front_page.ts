/**
 * The front page: users online and rooms, live.
 *
 * @module
 */
import { counters, people, roomLists } from "./front_fragments.ts";
import { html, NOTHING } from "./html.ts";
import { page, panel } from "./layout.ts";
import type { App, Site } from "./site.ts";

export function frontPages(app: App, site: Site): void {
  app.get("/", (c) => {
    const snapshot = site.front.snapshot();
    const registration = site.config().auth.registration;
    const main = html`<div class="hero">
<h1>${snapshot.name}</h1>
${
      snapshot.welcome && !/\{(nick|room)\}/.test(snapshot.welcome)
        ? html`<p class="welcome">${snapshot.welcome}</p>`
        : html`
          <p
            class="welcome">Rooms to write, talk and listen in, for the real Paltalk 5.0.</p>
        `
    }
<p class="actions"><a class="button" href="/connect">How do I connect?</a>${
      registration === "closed" || c.get("member") ? NOTHING : html`
        <a class="button quiet-button" href="/register">Get a nickname</a>
      `
    }</p>
${counters(snapshot)}
</div>
<div class="columns">
${panel("Rooms", roomLists(snapshot))}
${
      snapshot.names === null
        ? NOTHING
        : panel("Who is here", people(snapshot.names))
    }
</div>`;
    return page(c, site, {
      title: snapshot.name,
      main,
      menu: "/",
      live: "/live",
    });
  });

  app.get(
    "/live",
    (c) => site.streams.follow(c.env.address, site.front.fragments),
  );
}
