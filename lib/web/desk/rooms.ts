/**
 * Open rooms and stored rooms, and the pages to change them.
 *
 * @module
 */
import type { RoomInfo } from "../../ops/live.ts";
import { roomJson } from "../../commands/room_text.ts";
import type { StoredRoom } from "../../domain/store.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { panel } from "../layout.ts";
import { type Fragment, fragment, LiveFragments } from "../live_fragments.ts";
import { notFound } from "../problem.ts";
import { requireMember } from "../sign_in.ts";
import type { App, Context, Site } from "../site.ts";
import { actorOf } from "./access.ts";
import { commandForm } from "./command_form.ts";
import { deskPage, table } from "./layout.ts";
import { watching } from "./watching.ts";

const MOST_SHOWN = 500;

export function roomPages(app: App, site: Site): void {
  const live = new LiveFragments(
    () => new Map<string, Fragment>([["live-rooms", fragment(list(site))]]),
    site.log,
  );

  app.get("/desk/rooms", (c) => {
    return deskPage(c, site, {
      title: "Rooms",
      at: "/desk/rooms",
      live: "/desk/rooms/live",
      main: html`<h1>Rooms</h1>
${panel("Rooms now", list(site))}
${
        panel(
          "A new permanent room",
          html`<details><summary>Make a room…</summary>${
            commandForm(c, site, {
              command: "room add",
              submit: "Make the room",
              choices: { category: categories(site) },
              back: "/desk/rooms",
            })
          }</details>`,
        )
      }`,
    });
  });

  app.get("/desk/rooms/live", (c) => watching(c, site, live, "moderator"));

  app.get("/desk/rooms/:gid{\\d+}", (c) => {
    const member = requireMember(c);
    const gid = Number(c.req.param("gid"));
    const stored = site.store.rooms.get(gid);
    const alive = site.live.rooms().find((one) => one.gid === gid);
    if (stored === undefined && alive === undefined) throw notFound();
    const context = site.commandContext(actorOf(c, member), {
      emit() {},
      signal: AbortSignal.timeout(1000),
    });
    const name = stored?.name ?? alive?.name ?? "";
    return deskPage(c, site, {
      title: name,
      at: "/desk/rooms",
      main: html`
        <h1>${name}</h1>
        <div class="columns">
          <div>${stored
            ? storedRoom(c, site, stored, roomJson(stored, context))
            : html`<p class="quiet">A temporary room: it vanishes when the last person leaves.</p>`}</div>
          <div>
        ${panel("In it now", people(alive))}
        ${panel(
          "Close it",
          html`<p>Everybody in it is told and put out. A temporary room ends.</p>${
            commandForm(c, site, {
              command: "room close",
              submit: "Close",
              fixed: { room: String(gid) },
              back: "/desk/rooms",
              prefix: "close-",
            })
          }`,
        )}
          </div>
        </div>
      `,
    });
  });
}

function list(site: Site): Html {
  const rooms = site.live.rooms();
  const names = new Map(
    site.store.categories.list().map(({ code, name }) => [code, name]),
  );
  return html`<div id="live-rooms">${
    table(
      "Rooms",
      [
        "Room",
        { head: "Number", kind: "number" },
        "Category",
        "Kind",
        { head: "People", kind: "number" },
        "Speaking",
      ],
      rooms.slice(0, MOST_SHOWN).map((room) => ({
        cells: [
          html`<a href="/desk/rooms/${room.gid}">${room.name}</a>${
            room.permanent ? NOTHING : html`
              <span class="tag">temporary</span>
            `
          }${
            room.locked
              ? html`
                <span class="tag warn">locked</span>
              `
              : NOTHING
          }`,
          room.gid,
          names.get(room.category) ?? room.category,
          `${kindOf(room.type)}, ${room.rating}`,
          room.members.length,
          room.members.find(({ uid }) => uid === room.talker)?.nickname ?? "",
        ],
      })),
      "No room lives.",
    )
  }</div>`;
}

function categories(site: Site): [string, string][] {
  return site.store.categories.list().map(({ code, name }) => [
    String(code),
    name,
  ]);
}

function kindOf(type: number): string {
  const kinds: Readonly<Record<number, string>> = {
    0: "text",
    1: "private voice",
    4: "video",
    5: "private text",
    6: "private video",
  };
  return kinds[type] ?? "voice";
}

function people(room: RoomInfo | undefined): Html {
  return table(
    "People in this room",
    ["Who", "Rights", "Voice"],
    (room?.members ?? []).map((one) => ({
      cells: [
        html`<a href="/desk/users/${one.uid}">${one.nickname}</a>`,
        [
          ...(one.admin ? ["admin"] : []),
          ...(one.invisible ? ["invisible"] : []),
          ...(one.redDot ? ["red dot"] : one.mic ? ["mic"] : ["no mic"]),
          ...(one.hand ? ["hand up"] : []),
        ].join(", "),
        one.uid === room?.talker ? `${one.voice}, speaking` : one.voice,
      ],
    })),
    "Nobody.",
  );
}

function storedRoom(
  c: Context,
  site: Site,
  room: StoredRoom,
  json: ReturnType<typeof roomJson>,
): Html {
  const yes = (on: boolean) => on ? "yes" : "no";
  return html`${
    panel(
      "Change it",
      commandForm(c, site, {
        command: "room set",
        submit: "Save",
        choices: { category: categories(site) },
        back: `/desk/rooms/${room.gid}`,
        fixed: { room: String(room.gid) },
        current: {
          name: room.name,
          category: String(room.category),
          type: json.typeName,
          rating: room.rating,
          owner: json.ownerNickname ?? "",
          lockword: room.lockword,
          adminCode: room.adminCode,
          banner: room.banner,
          welcome: room.welcome,
          position: String(room.position),
          newUsersMic: yes(room.newUsersMic),
          redDotText: yes(room.redDotText),
          redDotVideo: yes(room.redDotVideo),
          video: yes(room.video),
          floor: room.floorMode,
          slow: String(room.slowSeconds),
          floorPause: String(room.floorPauseMs),
        },
      }),
    )
  }${
    panel(
      "Remove it",
      html`<details><summary>Remove permanently…</summary>${
        commandForm(c, site, {
          command: "room remove",
          submit: "Remove the room",
          fixed: { room: String(room.gid) },
          back: "/desk/rooms",
          danger: true,
          prefix: "remove-",
        })
      }</details>`,
    )
  }`;
}
