/**
 * Statistics as people ask for them: the busiest hours, weekdays and rooms,
 * people over weeks, voice by room, and what went up the line.
 *
 * @module
 */
import {
  dayOf,
  type HourSample,
  type PeopleCount,
  type RoomSum,
  type Statistics,
  UNNAMED_ROOMS,
} from "./statistics.ts";
import type { Gid, Millis } from "./store.ts";

export const WEEKDAYS = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
] as const;

/** People online on average in the hours of one group. */
export interface Busyness {
  /** "20:00" or "Friday" */
  readonly name: string;
  /** Null: nothing is recorded. */
  readonly people: number | null;
  readonly peak: number;
}

export interface DayTraffic {
  readonly at: Millis;
  readonly uploadBytes: number;
  /** Kbit per second on average, and the most over ten seconds. */
  readonly meanKbit: number;
  readonly peakKbit: number;
  readonly signOns: number;
}

export interface RoomUse {
  readonly gid: Gid;
  readonly name: string;
  /** Hours that members spent in it, added up. */
  readonly memberHours: number;
  readonly membersPeak: number;
  readonly talkMinutes: number;
  /** Percent of voice frames; null when nobody spoke. */
  readonly lost: number | null;
  readonly late: number | null;
  readonly dropped: number | null;
  readonly jitterMs: number | null;
}

export interface UseReport {
  readonly since: Millis;
  readonly until: Millis;
  readonly hours: readonly Busyness[];
  readonly weekdays: readonly Busyness[];
  readonly days: readonly PeopleCount[];
  readonly weeks: readonly PeopleCount[];
  readonly rooms: readonly RoomUse[];
  readonly traffic: readonly DayTraffic[];
  /** The line that the host has stated, in kbit per second; 0: not stated. */
  readonly uplinkKbit: number;
}

export interface ReportOptions {
  readonly now: Millis;
  readonly days: number;
  readonly rooms: number;
  readonly uplinkKbit: number;
}

const DAY_MS = 86_400_000;

export function useReport(
  statistics: Statistics,
  { now, days, rooms, uplinkKbit }: ReportOptions,
): UseReport {
  // Noon, so that a change to summer time does not reach the day before.
  const since = dayOf(dayOf(now) + DAY_MS / 2 - (days - 1) * DAY_MS);
  const hours = statistics.hours(since);
  return {
    since,
    until: now,
    hours: grouped(hours, 24, (at) => at.getHours(), hourText),
    weekdays: grouped(
      hours,
      7,
      (at) => (at.getDay() + 6) % 7,
      (day) => WEEKDAYS[day]!,
    ),
    days: statistics.people("day", since),
    weeks: statistics.people("week", since - 6 * DAY_MS),
    rooms: statistics.rooms(since, rooms).map(roomUse),
    traffic: traffic(hours),
    uplinkKbit,
  };
}

function hourText(hour: number): string {
  return `${String(hour).padStart(2, "0")}:00`;
}

function grouped(
  samples: readonly HourSample[],
  count: number,
  groupOf: (at: Date) => number,
  name: (group: number) => string,
): Busyness[] {
  const groups = Array.from(
    { length: count },
    () => ({ seconds: 0, people: 0, peak: 0 }),
  );
  for (const { at, seconds, peopleSeconds, peoplePeak } of samples) {
    const group = groups[groupOf(new Date(at))]!;
    group.seconds += seconds;
    group.people += peopleSeconds;
    group.peak = Math.max(group.peak, peoplePeak);
  }
  return groups.map(({ seconds, people, peak }, i) => ({
    name: name(i),
    // Both are rounded: nobody believes in a mean above the most.
    people: seconds === 0 ? null : Math.min(peak, tenths(people / seconds)),
    peak,
  }));
}

function traffic(samples: readonly HourSample[]): DayTraffic[] {
  const days = new Map<Millis, HourSample>();
  for (const one of samples) {
    const at = dayOf(one.at);
    const sum = days.get(at);
    days.set(
      at,
      sum === undefined ? { ...one, at } : {
        ...sum,
        seconds: sum.seconds + one.seconds,
        uploadBytes: sum.uploadBytes + one.uploadBytes,
        uploadPeak: Math.max(sum.uploadPeak, one.uploadPeak),
        signOns: sum.signOns + one.signOns,
      },
    );
  }
  return [...days.values()].map((
    { at, seconds, uploadBytes, uploadPeak, signOns },
  ) => ({
    at,
    uploadBytes,
    meanKbit: tenths(uploadBytes * 8 / 1000 / Math.max(1, seconds)),
    peakKbit: uploadPeak,
    signOns,
  }));
}

function roomUse(room: RoomSum): RoomUse {
  const { received, lost, late, sent, dropped } = room;
  const percent = (part: number, whole: number) =>
    whole === 0 ? null : tenths(100 * part / whole);
  return {
    gid: room.gid,
    name: room.gid === UNNAMED_ROOMS ? "Private and other rooms" : room.name,
    memberHours: tenths(room.memberSeconds / 3600),
    membersPeak: room.membersPeak,
    talkMinutes: tenths(room.heardMs / 60_000),
    lost: percent(lost, received + lost),
    late: percent(late, received),
    dropped: percent(dropped, sent + dropped),
    jitterMs: received === 0 ? null : tenths(room.jitterSum / received),
  };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The hours or weekdays in which most people are online, the most first. */
export function busiest(
  groups: readonly Busyness[],
  count: number,
): (Busyness & { readonly people: number })[] {
  return groups
    .flatMap((one) =>
      one.people === null || one.people === 0
        ? []
        : [{ ...one, people: one.people }]
    )
    .sort((a, b) => b.people - a.people)
    .slice(0, count);
}
