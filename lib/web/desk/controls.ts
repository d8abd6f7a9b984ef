/**
 * Labels and controls of the desk for fields that the command line writes its
 * own way: pickers, colors, names for letters.
 *
 * @module
 */
import type { Field } from "../../commands/field.ts";
import { type Html, html, NOTHING } from "../html.ts";
import type { Site } from "../site.ts";

/** Labels that explain more than the name of the option. */
const LABELS: Readonly<Record<string, string>> = {
  nick: "User",
  for: "For how long",
  by: "By whom",
  adminCode: "Code for “join as admin”",
  floor: "Who is heard",
  floorPause: "Pause in milliseconds",
  newUsersMic: "New members may talk",
  redDotText: "A red dot ends writing",
  redDotVideo: "A red dot ends video",
  slow: "Slow mode, seconds",
  listed: "Found by searches",
};

/** Turns "adminCode" into "Admin code". */
export function labelOf(key: string): string {
  const words = key.replace(/[A-Z]/g, (letter) => " " + letter.toLowerCase());
  return LABELS[key] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

type Choice = readonly [value: string, label: string];

/** Choices that the client identifies by a letter. */
const NAMED: Readonly<Record<string, readonly Choice[]>> = {
  rating: [
    ["G", "G: for everybody"],
    ["A", "A: adults"],
    ["R", "R: restricted"],
  ],
  privacy: [
    ["A", "everybody may write and call"],
    ["T", "calls from pals only"],
    ["P", "pals only"],
  ],
};

export function namedChoices(key: string): readonly Choice[] | undefined {
  return NAMED[key];
}

interface Picker {
  readonly id: string;
  options(site: Site): readonly (readonly [value: string, label?: string])[];
}

/** Maximum names offered as suggestions; the field accepts any name. */
const MOST_OFFERED = 200;

const PEOPLE: Picker = {
  id: "offer-people",
  options({ live, store }) {
    const online = live.sessions().flatMap(({ nickname }) => nickname ?? []);
    const seen = store.accounts.list({ sort: "seen", limit: MOST_OFFERED })
      .map(({ nickname }) => nickname);
    return [...new Set([...online, ...seen])].slice(0, MOST_OFFERED)
      .map((nickname) => [nickname]);
  },
};

const ROOMS: Picker = {
  id: "offer-rooms",
  options: ({ live }) =>
    live.rooms().slice(0, MOST_OFFERED).map(({ name }) => [name]),
};

const DURATIONS: Picker = {
  id: "offer-durations",
  options: () => [
    ["10m", "ten minutes"],
    ["1h", "an hour"],
    ["1d", "a day"],
    ["7d", "a week"],
    ["30d", "thirty days"],
    ["forever", "permanently"],
  ],
};

/** Pickers by the placeholder of the value in a usage line. */
const BY_METAVAR: Readonly<Record<string, Picker>> = {
  "NICK": PEOPLE,
  "TARGET": PEOPLE,
  "ROOM": ROOMS,
  "30m|12h|7d|forever": DURATIONS,
};

/** Returns the id of the list that a field picks from; undefined for none. */
export function pickerOf({ metavar }: Field): string | undefined {
  return BY_METAVAR[metavar]?.id;
}

/** Returns the lists that a page's fields refer to, each once. */
export function pickerLists(site: Site, main: string): Html {
  const used = [...new Set(Object.values(BY_METAVAR))]
    .filter(({ id }) => main.includes(`list="${id}"`));
  return used.length === 0
    ? NOTHING
    : html`${
      used.map(({ id, options }) =>
        html`<datalist id="${id}">${
          options(site).map(([value, label]) =>
            html`<option value="${value}">${label ?? ""}</option>`
          )
        }</datalist>`
      )
    }`;
}

/** Turns "255136000" into "#ff8800", for a color control. */
export function hexColor(digits: string): string {
  const parts = /^(\d{3})(\d{3})(\d{3})$/.exec(digits)?.slice(1);
  if (parts === undefined) return digits;
  return "#" + parts
    .map((part) => Math.min(255, Number(part)).toString(16).padStart(2, "0"))
    .join("");
}
