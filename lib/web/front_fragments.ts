/**
 * The parts of the front page that are updated while it is open.
 *
 * @module
 */
import { attribute, type Html, html, NOTHING } from "./html.ts";
import { roomIcon } from "./icons.ts";
import {
  type Fragment,
  fragment,
  type Fragments,
  innerFragment,
} from "./live_fragments.ts";
import type {
  FrontSnapshot,
  PublicCategory,
  PublicRoom,
} from "./front_snapshot.ts";

export function frontFragments(snapshot: FrontSnapshot): Fragments {
  const all = new Map<string, Fragment>();
  all.set("counters", fragment(counters(snapshot)));
  all.set(
    "rooms",
    fragment(roomLists(snapshot), structureOf(snapshot.categories)),
  );
  if (snapshot.names !== null) {
    all.set("people", fragment(people(snapshot.names)));
  }
  for (const category of snapshot.categories) {
    all.set(
      `category-${category.code}`,
      innerFragment(categoryCount(category)),
    );
    for (const room of category.rooms) {
      all.set(`room-${room.gid}`, innerFragment(roomRow(room)));
    }
  }
  return all;
}

/**
 * Returns a key of the rooms and their order: the whole list is sent only when
 * it changes.
 */
function structureOf(categories: readonly PublicCategory[]): string {
  return JSON.stringify(
    categories.map(({ code, name, rooms }) => [
      code,
      name,
      ...rooms.map(({ gid }) => gid),
    ]),
  );
}

/** Shows 42 as 0042, like the counters of the time. */
function digits(count: number): Html {
  const text = String(count).padStart(4, "0");
  return html`<span class="digits" aria-hidden="true">${
    [...text].map((digit) => html`<i>${digit}</i>`)
  }</span>`;
}

function counter(count: number, one: string, many: string): Html {
  const words = count === 1 ? one : many;
  return html`<li>${digits(count)}
    <span><b class="unseen">${count}</b> ${words}</span></li>`;
}

export function counters(snapshot: FrontSnapshot): Html {
  return html`<ul id="counters" class="counters">
    ${counter(snapshot.online, "person online", "people online")}
    ${counter(snapshot.rooms, "room open", "rooms open")}
    ${
    counter(
      snapshot.speaking,
      "room with somebody speaking",
      "rooms with somebody speaking",
    )
  }
  </ul>`;
}

export function roomLists({ categories }: FrontSnapshot): Html {
  return html`<div id="rooms" class="categories">${
    categories.length === 0
      ? html`<p class="quiet">No room is open yet.</p>`
      : categories.map((category) =>
        html`
          <section class="category">
            <h3>${category.name} ${categoryCount(category)}</h3>
            <ul class="rooms">${category.rooms.map(roomRow)}</ul>
          </section>
        `
      )
  }</div>`;
}

function categoryCount({ code, people }: PublicCategory): Html {
  return html`<span id="category-${code}" class="count">${
    people === 0 ? "" : people
  }</span>`;
}

function roomRow(room: PublicRoom): Html {
  return html`
    <li id="room-${room.gid}" class="room" ${attribute(
      "data-speaking",
      room.speaking,
    )}>
        ${roomIcon(room.voice)}
        <span class="name">${room.name}${marks(room)}</span>
        ${room.speaking
          ? html`
            <span
              class="speaking"><i></i><i></i><i></i><span class="unseen">somebody is speaking</span></span>
          `
          : NOTHING}
        <span class="people${room.people === 0 ? " none" : ""}">${room
          .people}<span class="unseen"> ${room.people === 1
          ? "person"
          : "people"}</span></span>
      </li>
  `;
}

function marks(room: PublicRoom): Html {
  return html`${
    room.locked
      ? html`
        <span class="lock" role="img" aria-label="locked"></span>
      `
      : NOTHING
  }${
    room.rating === "G" ? NOTHING : html`
      <abbr class="rating" title="${room.rating === "A"
        ? "for adults"
        : "restricted"}">${room.rating}</abbr>
    `
  }`;
}

export function people(names: readonly string[]): Html {
  return html`<ul id="people" class="people-list">${
    names.length === 0
      ? html`<li class="quiet">Nobody just now.</li>`
      : names.map((name) => html`<li>${name}</li>`)
  }</ul>`;
}
