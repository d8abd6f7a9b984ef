/**
 * The user's choices on this device, stored by the browser.
 *
 * @module
 */
import { type Look, PLAIN } from "./text.ts";

export interface Preferences {
  /** Microphone; "" for the browser's default. */
  readonly microphone: string;
  /** Echo cancellation, noise suppression and automatic gain. */
  readonly processed: boolean;
  /** Camera; "" for the browser's default. */
  readonly camera: string;
  readonly picturesPerSecond: number;
  readonly sound: boolean;
  readonly notifications: boolean;
  /** Rooms in which every line is announced. */
  readonly announcedRooms: readonly number[];
  /** Volume by room; 1 leaves the sound unchanged. */
  readonly volumes: Readonly<Record<number, number>>;
  readonly awayText: string;
  readonly look: Look;
}

export const MOST_PICTURES_PER_SECOND = 6;
const KEY = "retropal-chat";
const MOST_ROOMS = 100;

export const DEFAULTS: Preferences = {
  microphone: "",
  processed: true,
  camera: "",
  picturesPerSecond: MOST_PICTURES_PER_SECOND,
  sound: true,
  notifications: false,
  announcedRooms: [],
  volumes: {},
  awayText: "I am away at the moment.",
  look: PLAIN,
};

let current = load();

export function preferences(): Preferences {
  return current;
}

export function prefer(change: Partial<Preferences>): void {
  current = bounded({ ...current, ...change });
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Private windows may refuse; the choice then lasts until the page is
    // closed.
  }
}

function load(): Preferences {
  try {
    return readPreferences(JSON.parse(localStorage.getItem(KEY) ?? "{}"));
  } catch {
    return DEFAULTS;
  }
}

/** Reads stored values of the right type, and uses defaults for the rest. */
export function readPreferences(stored: unknown): Preferences {
  const given: Record<string, unknown> = Object(stored);
  const fitting = Object.entries(DEFAULTS).filter(([key, standard]) =>
    typeof given[key] === typeof standard && given[key] !== null &&
    Array.isArray(given[key]) === Array.isArray(standard)
  ).map(([key]) => [key, given[key]]);
  const read: Preferences = { ...DEFAULTS, ...Object.fromEntries(fitting) };
  return bounded({ ...read, look: readLook(read.look) });
}

function readLook(look: Partial<Look>): Look {
  const { color, size } = look;
  return {
    bold: look.bold === true,
    italic: look.italic === true,
    underline: look.underline === true,
    color: /^#[0-9a-f]{6}$/.test(String(color)) ? color : undefined,
    size: typeof size === "number" ? size : undefined,
  };
}

function bounded(wanted: Preferences): Preferences {
  const { picturesPerSecond, announcedRooms, volumes } = wanted;
  return {
    ...wanted,
    picturesPerSecond: Math.min(
      Math.max(Math.round(picturesPerSecond) || 1, 1),
      MOST_PICTURES_PER_SECOND,
    ),
    announcedRooms: announcedRooms.slice(-MOST_ROOMS),
    volumes: Object.fromEntries(Object.entries(volumes).slice(-MOST_ROOMS)),
  };
}
