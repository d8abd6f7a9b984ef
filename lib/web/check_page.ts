/**
 * "Can this server be reached from here?": shows visitors, step by step, how
 * far their own client got.
 *
 * @module
 */
import type { SignOnStep } from "../ops/live.ts";
import { type Html, html } from "./html.ts";
import { page, panel } from "./layout.ts";
import { fragment, LiveFragments } from "./live_fragments.ts";
import { addressFor } from "./own_address.ts";
import { SignOnWatch } from "./sign_on_watch.ts";
import type { App, Site } from "./site.ts";

type Step = SignOnStep["step"];

/** The steps in order; a completed step implies all earlier ones. */
const LADDER: readonly {
  steps: readonly Step[];
  label: string;
  help: string;
}[] = [
  {
    steps: ["connected"],
    label: "A connection arrived from your address",
    help:
      "Nothing arrived yet. Is the client started, and was retropal.reg opened? " +
      "If it tries in vain, a firewall or router stands between: the host " +
      "must let the chat port through.",
  },
  {
    steps: ["hello", "uin-asked", "uin-answered"],
    label: "It speaks as Paltalk does",
    help: "Something connected but said nothing a client says.",
  },
  {
    steps: ["lymerick", "key-sent", "login"],
    label: "It asks to sign on",
    help:
      "The nickname may be unknown here: look at what the client's window says.",
  },
  {
    steps: ["online"],
    label: "Signed on",
    help: "Not yet: a wrong password, or the host has shut the door.",
  },
  {
    steps: ["voice"],
    label: "Its voice link is open",
    help: "Comes when you enter a voice room. If it does not, the voice port " +
      "must be let through as well.",
  },
];

export function checkPages(app: App, site: Site): SignOnWatch {
  const watch = new SignOnWatch(site.live);
  const ladder = (address: string) =>
    ladderHtml(watch.lastFrom(address, site.clock()));

  app.get("/connect/check", (c) => {
    watch.keepWatching();
    const { host, port } = addressFor(c, site);
    return page(c, site, {
      title: "Connection check",
      menu: "/connect",
      live: "/connect/check/live",
      main: html`<h1>Can this server be reached from here?</h1>
<p>You come from <strong class="address">${c.env.address}</strong>, and your client should go to
<strong class="address">${host}:${port}</strong>. Start it now: this page follows what it does.</p>
${panel("Your client", ladder(c.env.address))}
<p>Without the client, a command tells whether the port is open:
<code>Test-NetConnection ${host} -Port ${port}</code> in PowerShell,
<code>nc -zv ${host} ${port}</code> elsewhere.</p>
<p><a class="button" href="/connect/check">Look again</a> <a href="/connect">Back to the steps</a></p>`,
    });
  });

  // One per address, however many windows are open: querying the sign-on steps
  // is too expensive to repeat a thousand times a second.
  const looks = new Map<string, LiveFragments>();
  const lookOf = (address: string): LiveFragments => {
    for (const [key, one] of looks) if (one.watchers === 0) looks.delete(key);
    let look = looks.get(address);
    if (look === undefined) {
      look = new LiveFragments(
        () => new Map([["ladder", fragment(ladder(address))]]),
        site.log,
      );
      looks.set(address, look);
    }
    return look;
  };

  app.get("/connect/check/live", (c) => {
    watch.keepWatching();
    return site.streams.follow(c.env.address, lookOf(c.env.address));
  });
  return watch;
}

function ladderHtml(steps: readonly SignOnStep[]): Html {
  const seen = new Set(steps.map(({ step }) => step));
  const reached = LADDER.findLastIndex((rung) =>
    rung.steps.some((step) => seen.has(step))
  );
  const refused = steps.find(({ step }) => step === "refused");
  return html`<ol id="ladder" class="ladder">${
    LADDER.map((rung, i) =>
      html`<li class="${i <= reached ? "reached" : "ahead"}">
<strong>${rung.label}</strong><span class="unseen">: ${
        i <= reached ? "yes" : "not yet"
      }</span>${
        i === reached + 1
          ? html`<br><span class="quiet">${
            refused
              ? `The server said no (${refused.detail ?? "refused"}).`
              : rung.help
          }</span>`
          : ""
      }</li>`
    )
  }</ol>`;
}
