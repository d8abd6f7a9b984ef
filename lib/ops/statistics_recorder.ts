/**
 * Totals how the server is used, by hour, day and week, and writes the totals
 * once a minute.
 *
 * @module
 */
import {
  dayOf,
  hourOf,
  type HourSample,
  type PeriodKind,
  type RoomDay,
  UNNAMED_ROOMS,
  weekOf,
} from "../domain/statistics.ts";
import type { Gid, Millis, Store } from "../domain/store.ts";
import type { Logger } from "./log.ts";

/** A room as it is now. */
export interface SeenRoom {
  readonly gid: Gid;
  readonly name: string;
  readonly permanent: boolean;
  readonly isPrivate: boolean;
  readonly members: { readonly size: number };
}

export type RoomVoice = Pick<
  RoomDay,
  "heardMs" | "received" | "lost" | "late" | "jitterSum" | "sent" | "dropped"
>;

/** Counters that only grow. */
export interface UseTotals {
  readonly signOns: number;
  /** Bytes of voice and video that went out, roughly. */
  readonly uploadBytes: number;
}

export interface RecorderSources {
  readonly store: Store;
  readonly log: Logger;
  /** Wall clock, by which everything is sorted. */
  clock(): Millis;
  /** Milliseconds of a clock that never steps, by which time is measured. */
  steady(): number;
  /** Read after `takeVoice`. */
  totals(): UseTotals;
  /** The sign-on time of each person who is online. */
  online(): Iterable<Millis>;
  rooms(): Iterable<SeenRoom>;
  /** What each room's voice was like since the last call. */
  takeVoice(): ReadonlyMap<Gid, RoomVoice>;
}

export const SAMPLE_MS = 10_000;
/** Samples to one writing. */
const WRITE_EVERY = 6;
/**
 * A longer gap means that the machine was asleep, not that users were online.
 */
const LONGEST_GAP_MS = 60_000;
const SHORTEST_PEAK_MS = SAMPLE_MS / 2;
/** Numbers younger than this need no refresh. */
const FRESH_MS = 1000;
/** Maximum temporary rooms counted by name; the rest are counted together. */
const MOST_TEMPORARY = 100;
/** Shown for rooms without a name of their own in the statistics. */
const UNNAMED = "";

type Sums<T> = { -readonly [K in keyof T]: T[K] };

export class StatisticsRecorder {
  readonly #sources: RecorderSources;
  readonly #hours = new Map<Millis, Sums<HourSample>>();
  readonly #days = new Map<string, Sums<RoomDay>>();
  /** Temporary rooms that have been named today. */
  readonly #named = new Set<string>();
  /** Names of the rooms of the last sample: some are gone at the next. */
  #names = new Map<Gid, SeenRoom>();
  #today: Millis = 0;
  #last: UseTotals;
  #lastAt: number;
  #samples = 0;
  #refreshedAt = -Infinity;
  /** Of the upload rate. */
  #window: { readonly uploadBytes: number; readonly since: number };
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(sources: RecorderSources) {
    this.#sources = sources;
    this.#last = sources.totals();
    this.#lastAt = sources.steady();
    this.#window = {
      uploadBytes: this.#last.uploadBytes,
      since: this.#lastAt,
    };
    this.#timer = setInterval(() => this.#tick(), SAMPLE_MS);
  }

  /** Writes the remaining totals. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#try(() => {
      this.sample();
      this.write();
    });
  }

  #tick(): void {
    this.#try(() => {
      this.sample();
      if (++this.#samples % WRITE_EVERY === 0) this.write();
    });
  }

  /**
   * Catches errors: a full disk loses statistics but must not stop the server.
   */
  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#sources.log.warn("statistics not written", { error: `${error}` });
    }
  }

  /** Observes the server once. */
  sample(): void {
    const { clock, steady, totals, online, rooms, takeVoice } = this.#sources;
    const now = clock();
    const at = steady();
    const gap = Math.min(LONGEST_GAP_MS, Math.max(0, at - this.#lastAt));
    const seconds = gap / 1000;
    this.#lastAt = at;
    const day = dayOf(now);
    if (day !== this.#today) this.#named.clear();
    this.#today = day;

    const voices = takeVoice();
    const used = totals();
    const uploadBytes = used.uploadBytes - this.#last.uploadBytes;
    const hour = this.#hour(hourOf(now));
    const people = [...online()].length;
    hour.seconds += seconds;
    hour.peopleSeconds += people * seconds;
    hour.peoplePeak = Math.max(hour.peoplePeak, people);
    hour.signOns += used.signOns - this.#last.signOns;
    hour.uploadBytes += uploadBytes;
    this.#peak(hour, used, at);
    this.#last = used;

    const seen = new Map<Gid, SeenRoom>();
    for (const room of rooms()) {
      if (room.members.size === 0) continue;
      seen.set(room.gid, room);
      const sums = this.#room(day, room);
      sums.memberSeconds += room.members.size * seconds;
      sums.membersPeak = Math.max(sums.membersPeak, room.members.size);
    }
    for (const [gid, voice] of voices) {
      const room = seen.get(gid) ?? this.#names.get(gid);
      addVoice(this.#room(day, room), voice);
    }
    this.#names = seen;
  }

  /** Over less than a few seconds, bursts say nothing about the line. */
  #peak(hour: Sums<HourSample>, used: UseTotals, at: number): void {
    const { uploadBytes, since } = this.#window;
    if (at - since < SHORTEST_PEAK_MS) return;
    const kbit = (used.uploadBytes - uploadBytes) * 8 / (at - since);
    hour.uploadPeak = Math.max(hour.uploadPeak, kbit);
    this.#window = { uploadBytes: used.uploadBytes, since: at };
  }

  /** Writes the current totals, before they are shown. */
  refresh(): void {
    const now = this.#sources.steady();
    if (now - this.#refreshedAt < FRESH_MS) return;
    this.#refreshedAt = now;
    this.#try(() => {
      this.sample();
      this.write();
    });
  }

  /** Adds the totals to the store; keeps them when that fails. */
  write(): void {
    const { store } = this.#sources;
    store.flush();
    store.transaction(() => {
      for (const hour of this.#hours.values()) store.statistics.addHour(hour);
      for (const day of this.#days.values()) store.statistics.addRoomDay(day);
      this.#countPeople("day", this.#today);
      this.#countPeople("week", weekOf(this.#today));
    });
    this.#hours.clear();
    this.#days.clear();
  }

  #countPeople(kind: PeriodKind, at: Millis): void {
    const { store, online } = this.#sources;
    const { seen, made } = store.statistics.countPeople(at);
    let stayed = 0;
    for (const since of online()) if (since < at) stayed++;
    const people = seen + stayed;
    store.statistics.setPeople({ kind, at, people, fresh: made });
  }

  #hour(at: Millis): Sums<HourSample> {
    let hour = this.#hours.get(at);
    if (hour === undefined) {
      hour = {
        at,
        seconds: 0,
        peopleSeconds: 0,
        peoplePeak: 0,
        signOns: 0,
        uploadBytes: 0,
        uploadPeak: 0,
      };
      this.#hours.set(at, hour);
    }
    return hour;
  }

  #room(at: Millis, room: SeenRoom | undefined): Sums<RoomDay> {
    const named = room !== undefined && this.#isNamed(room);
    const [gid, name] = named
      ? [room.gid, room.name]
      : [UNNAMED_ROOMS, UNNAMED];
    const key = `${at} ${gid} ${name}`;
    let day = this.#days.get(key);
    if (day === undefined) {
      day = { at, gid, name, memberSeconds: 0, membersPeak: 0, ...NO_VOICE };
      this.#days.set(key, day);
    }
    return day;
  }

  /** Returns false for private rooms, whose names must stay private. */
  #isNamed({ permanent, isPrivate, name }: SeenRoom): boolean {
    if (permanent) return true;
    if (isPrivate) return false;
    if (this.#named.has(name)) return true;
    if (this.#named.size >= MOST_TEMPORARY) return false;
    this.#named.add(name);
    return true;
  }
}

const NO_VOICE: RoomVoice = {
  heardMs: 0,
  received: 0,
  lost: 0,
  late: 0,
  jitterSum: 0,
  sent: 0,
  dropped: 0,
};

function addVoice(to: Sums<RoomVoice>, from: RoomVoice): void {
  for (const key of Object.keys(NO_VOICE) as (keyof RoomVoice)[]) {
    to[key] += from[key];
  }
}
