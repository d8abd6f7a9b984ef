/**
 * What is written down about use over months: small sums by hour, day and
 * week, without names of people.
 *
 * @module
 */
import type { Gid, Millis } from "./ids.ts";

/** One hour of the whole server. */
export interface HourSample {
  /** The beginning of the hour. */
  readonly at: Millis;
  /** Seconds of it in which the server ran. */
  readonly seconds: number;
  /** Seconds that people spent online, added up. */
  readonly peopleSeconds: number;
  readonly peoplePeak: number;
  readonly signOns: number;
  /** Bytes of voice and video that went out, roughly. */
  readonly uploadBytes: number;
  /** Most kbit per second of voice and video, over ten seconds. */
  readonly uploadPeak: number;
}

/** Number for all rooms that statistics do not name. */
export const UNNAMED_ROOMS: Gid = 0;

/** One room on one day. */
export interface RoomDay {
  /** The beginning of the day. */
  readonly at: Millis;
  readonly gid: Gid;
  readonly name: string;
  /** Seconds that members spent in it, added up. */
  readonly memberSeconds: number;
  readonly membersPeak: number;
  /** Milliseconds of speech. */
  readonly heardMs: number;
  /** Voice frames from members, those missing, and those that came late. */
  readonly received: number;
  readonly lost: number;
  readonly late: number;
  /** Jitter summed over the frames, in milliseconds. */
  readonly jitterSum: number;
  /** Voice frames handed to listeners, and those they were too slow for. */
  readonly sent: number;
  readonly dropped: number;
}

export type PeriodKind = "day" | "week";

/** How many different people were online in a day or a week. */
export interface PeopleCount {
  readonly kind: PeriodKind;
  /** The beginning of the period. */
  readonly at: Millis;
  readonly people: number;
  /** Accounts made in it. */
  readonly fresh: number;
}

export type RoomSum = Omit<RoomDay, "at">;

export interface Statistics {
  /** Adds to the sums of that hour. */
  addHour(sample: HourSample): void;
  /** Adds to the sums of that day, number and name. */
  addRoomDay(day: RoomDay): void;
  /** Raises the numbers of that period. */
  setPeople(count: PeopleCount): void;
  /** Accounts that were seen, and accounts that were made, since then. */
  countPeople(since: Millis): { readonly seen: number; readonly made: number };
  /** Oldest first. */
  hours(since: Millis): HourSample[];
  /** Oldest first. */
  people(kind: PeriodKind, since: Millis): PeopleCount[];
  /** Summed over the days since then, the busiest first. */
  rooms(since: Millis, limit: number): RoomSum[];
  /** Removes at most `limit` entries from before then; how many there were. */
  prune(before: Millis, limit: number): number;
  /** The oldest entry. */
  oldest(): Millis | undefined;
}

/** Midnight of the day of `at`, in the machine's zone. */
export function dayOf(at: Millis): Millis {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** Midnight of the Monday of the week of `at`. */
export function weekOf(at: Millis): Millis {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.setDate(day.getDate() - (day.getDay() + 6) % 7);
}

const HOUR_MS = 3_600_000;

export function hourOf(at: Millis): Millis {
  return at - at % HOUR_MS;
}
