/**
 * The packets of one session, live, with passwords and texts redacted.
 *
 * @module
 */
import { timeText } from "../../commands/table_text.ts";
import type { TailEvent } from "../../ops/live.ts";
import type { Account } from "../../domain/store.ts";
import { field } from "../form_fields.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { notice, panel } from "../layout.ts";
import { STREAM_HEADERS } from "../live_fragments.ts";
import { notFound } from "../problem.ts";
import { requireMember } from "../sign_in.ts";
import type { App, Context, Member, Site } from "../site.ts";
import { requireStaff } from "./access.ts";
import { deskPage, table } from "./layout.ts";
import { maySee } from "./watching.ts";

const MOST_SECONDS = 30;
const MOST_EVENTS = 500;
const MOST_HEX = 512;
/**
 * A reader further behind than this loses packets, so that they need not be
 * buffered.
 */
const MOST_WAITING = 200;
const CHECK_MS = 5000;

const COLUMNS = [
  "When",
  "Direction",
  "Packet",
  { head: "Bytes", kind: "number" },
  { head: "Payload", kind: "bytes" },
] as const;

export function packetPages(app: App, site: Site): void {
  app.get("/desk/packets", async (c) => {
    const member = requireMember(c);
    const nick = c.req.query("nick")?.trim().slice(0, 200) ?? "";
    const seconds = Math.min(
      MOST_SECONDS,
      Math.max(0, Math.floor(Number(c.req.query("seconds")) || 0)),
    );
    const account = nick === ""
      ? undefined
      : site.store.accounts.byNickname(nick);
    if (account === undefined) return choose(c, site, nick);
    note(c, site, member, account);
    const caught = seconds > 0 ? await collect(site, account, seconds) : [];
    return deskPage(c, site, {
      title: `Packets of ${account.nickname}`,
      at: "/desk/packets",
      scripts: seconds > 0 ? [] : ["packets.js"],
      main: html`<h1>Packets of ${account.nickname}</h1>
<p>${
        site.live.isOnline(account.uid)
          ? "Online."
          : "Offline: nothing comes until they sign on."
      } Passwords and what people write are blanked (x).</p>
${
        panel(
          seconds > 0
            ? `What passed in ${seconds} seconds`
            : "As they pass, newest first",
          html`
            ${seconds > 0 ? caughtTable(caught) : liveTable(account)}
            <noscript><p>Without scripts: watch for a while and then see.</p></noscript>
            <form class="search" method="get" action="/desk/packets">
              <input type="hidden" name="nick" value="${account.nickname}">
              <input type="hidden" name="seconds" value="10">
              <button class="button">Watch for ten seconds</button>
            </form>
          `,
        )
      }`,
    });
  });

  app.get("/desk/packets/stream", (c) => {
    const member = requireStaff(c, "admin");
    const uid = Number(c.req.query("uid"));
    const account = site.store.accounts.get(uid);
    if (account === undefined) throw notFound();
    return new Response(stream(c, site, member, account), {
      headers: STREAM_HEADERS,
    });
  });
}

function choose(c: Context, site: Site, nick: string): Response {
  return deskPage(c, site, {
    title: "Packets",
    at: "/desk/packets",
    status: nick === "" ? 200 : 404,
    main: html`<h1>Packets</h1>
${
      nick === ""
        ? NOTHING
        : notice({ kind: "failed", lines: [`There is no user "${nick}".`] })
    }
${
      panel(
        "Whose?",
        html`<form class="search" method="get" action="/desk/packets">
${field({ name: "nick", label: "Nickname", value: nick, required: true })}
<button class="button">Watch</button></form>`,
      )
    }`,
  });
}

/** Writes to the audit log that a user's packets were watched. */
function note(
  c: Context,
  site: Site,
  { account: staff }: Member,
  account: Account,
): void {
  site.store.audit.add({
    at: site.clock(),
    actor: staff.nickname,
    actorUid: staff.uid,
    address: c.env.address,
    action: "packets watched",
    target: account.nickname,
    before: null,
    after: null,
  });
}

function liveTable(account: Account): Html {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Packets">
      <table id="packets" data-stream="/desk/packets/stream?uid=${account.uid}">
        <thead>
          <tr>${COLUMNS.map((one) =>
            html`<th scope="col">${
              typeof one === "string" ? one : one.head
            }</th>`
          )}</tr>
        </thead>
        <tbody></tbody>
      </table>
    </div>
  `;
}

function caughtTable(events: readonly TailEvent[]): Html {
  return table(
    "Packets",
    COLUMNS,
    events.map((event) => ({ cells: cells(event) })),
    "Nothing passed.",
  );
}

async function collect(
  site: Site,
  { uid }: Account,
  seconds: number,
): Promise<TailEvent[]> {
  const events: TailEvent[] = [];
  const stop = site.live.tail(
    { uid, payloads: true, redact: true },
    (event) => {
      if (events.length < MOST_EVENTS) events.push(event);
    },
  );
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  stop();
  return events;
}

function cells(event: TailEvent): string[] {
  const hex = event.payload ?? "";
  return [
    timeText(event.at).slice(11).replace(
      " ",
      `.${String(event.at % 1000).padStart(3, "0")} `,
    ),
    event.direction ?? "",
    event.name ?? `${event.kind}${event.message ? `: ${event.message}` : ""}`,
    event.length === undefined ? "" : String(event.length),
    hex.length > MOST_HEX ? hex.slice(0, MOST_HEX) + "…" : hex,
  ];
}

function stream(
  c: Context,
  site: Site,
  member: Member,
  { uid }: Account,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let end = () => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const leave = site.streams.enter(c.env.address, () => {
        end();
        controller.close();
      });
      const stop = site.live.tail(
        { uid, payloads: true, redact: true },
        (event) => {
          if ((controller.desiredSize ?? 0) <= 0) return;
          controller.enqueue(encoder.encode(
            `event: packet\ndata: ${JSON.stringify(cells(event))}\n\n`,
          ));
        },
      );
      const timer = setInterval(() => {
        if (!maySee(site, member, "admin")) {
          end();
          controller.close();
        } else if ((controller.desiredSize ?? 0) > 0) {
          controller.enqueue(encoder.encode(": still here\n\n"));
        }
      }, CHECK_MS);
      end = () => {
        clearInterval(timer);
        stop();
        leave();
      };
      controller.enqueue(encoder.encode("retry: 3000\n\n"));
    },
    cancel: () => end(),
  }, { highWaterMark: MOST_WAITING });
}
