/**
 * Connected sessions, live, with the actions of staff.
 *
 * @module
 */
import type { SessionInfo } from "../../ops/live.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { panel } from "../layout.ts";
import { type Fragment, fragment, LiveFragments } from "../live_fragments.ts";
import type { App, Context, Site } from "../site.ts";
import { size, time } from "../text.ts";
import { commandForm } from "./command_form.ts";
import { deskPage, table } from "./layout.ts";
import { watching } from "./watching.ts";

const MOST_SHOWN = 500;

export function sessionPages(app: App, site: Site): void {
  const live = new LiveFragments(
    () =>
      new Map<string, Fragment>([
        ["sessions", fragment(list(site))],
        ["webcams", fragment(webcams(site))],
      ]),
    site.log,
  );

  app.get("/desk/sessions", (c) => {
    return deskPage(c, site, {
      title: "Sessions",
      at: "/desk/sessions",
      live: "/desk/sessions/live",
      main: html`<h1>Sessions</h1>
${panel("Connected now", list(site))}
${panel("Webcams", webcams(site))}
<div class="columns">
${
        panel(
          "End a webcam",
          commandForm(c, site, {
            command: "video stop",
            submit: "End it",
            back: "/desk/sessions",
            prefix: "video-",
          }),
        )
      }
${
        panel(
          "Put somebody out",
          commandForm(c, site, {
            command: "user kick",
            submit: "Kick",
            back: "/desk/sessions",
            prefix: "kick-",
          }),
        )
      }
${
        panel(
          "Ban somebody",
          commandForm(c, site, {
            command: "ban add",
            submit: "Ban",
            back: "/desk/sessions",
            danger: true,
            prefix: "ban-",
          }),
        )
      }
</div>`,
    });
  });

  app.get(
    "/desk/sessions/live",
    (c) => watching(c, site, live, "moderator"),
  );

  app.get("/desk/sessions/:uid{\\d+}", (c) => {
    return sessionPage(c, site, Number(c.req.param("uid")));
  });
}

/** Shared by all viewers, so it contains no form token of any of them. */
function list(site: Site): Html {
  const sessions = site.live.sessions();
  const rooms = new Map(site.live.rooms().map(({ gid, name }) => [gid, name]));
  const rest = sessions.length - MOST_SHOWN;
  return html`<div id="sessions">${
    table(
      "Sessions",
      [
        "Who",
        "State",
        "From",
        "Since",
        { head: "Rooms", kind: "wide" },
        { head: "Waiting", kind: "number" },
      ],
      sessions.slice(0, MOST_SHOWN).map((one) => ({
        cells: [
          who(one),
          one.phase === "online" ? (one.away ? "away" : "online") : one.phase,
          one.address,
          time(one.connectedAt),
          one.rooms.map((gid) => rooms.get(gid) ?? gid).join(", "),
          size(one.queuedBytes),
        ],
      })),
      "Nobody is connected.",
    )
  }${rest > 0 ? html`<p class="quiet">And ${rest} more.</p>` : NOTHING}</div>`;
}

/**
 * Lists the users with an active webcam; staff cannot see the pictures here.
 */
function webcams(site: Site): Html {
  return html`<div id="webcams">${
    table(
      "Webcams",
      [
        "Who",
        { head: "Room", kind: "wide" },
        "Since",
        "State",
        { head: "Viewers", kind: "number" },
        { head: "Received", kind: "number" },
      ],
      site.live.webcams().map((one) => ({
        cells: [
          html`<a href="/desk/sessions/${one.uid}">${one.nickname}</a>`,
          one.room,
          time(one.since),
          one.live ? one.sending ? "sending" : "paused" : "no picture yet",
          one.viewers,
          size(one.bytes),
        ],
      })),
      "Nobody shows a webcam.",
    )
  }</div>`;
}

function who({ uid, nickname, role }: SessionInfo): Html {
  if (uid === null) return html`<span class="quiet">not signed on</span>`;
  return html`<a href="/desk/sessions/${uid}">${nickname ?? uid}</a>${
    role === "user" ? NOTHING : html`
      <span class="tag">${role}</span>
    `
  }`;
}

function sessionPage(c: Context, site: Site, uid: number): Response {
  const session = site.live.sessions().find((one) => one.uid === uid);
  const account = site.store.accounts.get(uid);
  const nickname = account?.nickname ?? String(uid);
  const back = "/desk/sessions";
  return deskPage(c, site, {
    title: nickname,
    at: "/desk/sessions",
    main: html`<h1>${nickname}</h1>
${
      session
        ? html`<p>${
          session.away ? "Away" : "Online"
        } from ${session.address}:${session.port} since ${
          time(session.connectedAt)
        }, last packet ${time(session.lastPacketAt)},
client version ${
          session.clientVersion ?? "unknown"
        }, ${session.packetsIn} packets in, ${session.packetsOut} out.</p>`
        : html`<p>Offline.</p>`
    }
<p><a class="button" href="/desk/users/${uid}">The account</a>
<a class="button" href="/desk/packets?nick=${
      encodeURIComponent(nickname)
    }">Watch the packets</a></p>
<div class="columns">
${
      panel(
        "End the webcam",
        commandForm(c, site, {
          command: "video stop",
          submit: "End it",
          fixed: { nick: nickname },
          back,
          prefix: "video-",
        }),
      )
    }
${
      panel(
        "Put out",
        commandForm(c, site, {
          command: "user kick",
          submit: "Kick",
          fixed: { nick: nickname },
          back,
          prefix: "kick-",
        }),
      )
    }
${
      panel(
        "Ban",
        commandForm(c, site, {
          command: "ban add",
          submit: "Ban",
          fixed: { target: nickname, kind: "account" },
          back,
          danger: true,
          prefix: "ban-",
        }),
      )
    }
</div>`,
  });
}
