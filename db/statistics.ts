/**
 * Long-term use of the server: the tables stat_hours, stat_people and
 * stat_rooms.
 *
 * @module
 */
import type {
  HourSample,
  PeopleCount,
  PeriodKind,
  RoomDay,
  RoomSum,
  Statistics,
} from "../lib/domain/statistics.ts";
import { type Millis, SYSTEM_UID } from "../lib/domain/store.ts";
import type { Database } from "./database.ts";
import { bounded } from "./limits.ts";

/** Rows of hours kept: a year and a half. */
const MOST_HOURS = 13_000;
const MOST_PERIODS = 5000;
const MOST_ROOMS = 1000;

/** Sums stored for a room, as columns and as properties. */
const SUMS = [
  ["member_seconds", "memberSeconds"],
  ["heard_ms", "heardMs"],
  ["received", "received"],
  ["lost", "lost"],
  ["late", "late"],
  ["jitter_sum", "jitterSum"],
  ["sent", "sent"],
  ["dropped", "dropped"],
] as const;

export class StatisticsTables implements Statistics {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  addHour(one: HourSample): void {
    this.#db.statement(
      `INSERT INTO stat_hours VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET
         seconds = seconds + excluded.seconds,
         people_seconds = people_seconds + excluded.people_seconds,
         people_peak = max(people_peak, excluded.people_peak),
         sign_ons = sign_ons + excluded.sign_ons,
         upload_bytes = upload_bytes + excluded.upload_bytes,
         upload_peak = max(upload_peak, excluded.upload_peak)`,
    ).run(
      one.at,
      Math.round(one.seconds),
      Math.round(one.peopleSeconds),
      one.peoplePeak,
      one.signOns,
      Math.round(one.uploadBytes),
      Math.round(one.uploadPeak),
    );
  }

  addRoomDay(one: RoomDay): void {
    this.#db.statement(
      `INSERT INTO stat_rooms (at, gid, name, members_peak,
         ${SUMS.map(([column]) => column)})
       VALUES (?, ?, ?, ?, ${SUMS.map(() => "?")})
       ON CONFLICT DO UPDATE SET
         members_peak = max(members_peak, excluded.members_peak),
         ${
        SUMS.map(([column]) => `${column} = ${column} + excluded.${column}`)
      }`,
    ).run(
      one.at,
      one.gid,
      one.name,
      one.membersPeak,
      ...SUMS.map(([, property]) => Math.round(one[property])),
    );
  }

  setPeople({ kind, at, people, fresh }: PeopleCount): void {
    this.#db.statement(
      `INSERT INTO stat_people (kind, at, people, fresh) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET
         people = max(people, excluded.people),
         fresh = max(fresh, excluded.fresh)`,
    ).run(kind, at, people, fresh);
  }

  countPeople(since: Millis): { seen: number; made: number } {
    const count = (column: string) =>
      this.#db.statement<{ people: number }>(
        `SELECT count(*) AS people FROM users
         WHERE ${column} >= ? AND uid <> ${SYSTEM_UID}`,
      ).get(since)?.people ?? 0;
    return { seen: count("last_seen_at"), made: count("created_at") };
  }

  hours(since: Millis): HourSample[] {
    return this.#db.statement<HourSample>(
      `SELECT at, seconds, people_seconds AS peopleSeconds,
         people_peak AS peoplePeak, sign_ons AS signOns,
         upload_bytes AS uploadBytes, upload_peak AS uploadPeak
       FROM stat_hours WHERE at >= ? ORDER BY at LIMIT ${MOST_HOURS}`,
    ).all(since).map((row) => ({ ...row }));
  }

  people(kind: PeriodKind, since: Millis): PeopleCount[] {
    return this.#db.statement<PeopleCount>(
      `SELECT kind, at, people, fresh FROM stat_people
       WHERE at >= ? AND kind = ? ORDER BY at LIMIT ${MOST_PERIODS}`,
    ).all(since, kind).map((row) => ({ ...row }));
  }

  rooms(since: Millis, limit: number): RoomSum[] {
    return this.#db.statement<RoomSum>(
      `SELECT gid, name, max(members_peak) AS membersPeak,
         ${SUMS.map(([column, name]) => `sum(${column}) AS ${name}`)}
       FROM stat_rooms WHERE at >= ?
       GROUP BY CASE WHEN gid BETWEEN 1001 AND 49999 THEN name ELSE gid END
       ORDER BY memberSeconds DESC, name LIMIT ?`,
    ).all(since, bounded(limit, MOST_ROOMS)).map((row) => ({ ...row }));
  }

  prune(before: Millis, limit: number): number {
    let left = limit;
    for (
      const [table, key] of [
        ["stat_hours", "at"],
        ["stat_people", "at, kind"],
        ["stat_rooms", "at, gid, name"],
      ] as const
    ) {
      if (left === 0) break;
      left -= this.#db.statement(
        `DELETE FROM ${table} WHERE (${key}) IN
           (SELECT ${key} FROM ${table} WHERE at < ? LIMIT ?)`,
      ).run(before, left);
    }
    return limit - left;
  }

  oldest(): Millis | undefined {
    return this.#db.statement<{ at: number | null }>(
      "SELECT min(at) AS at FROM stat_hours",
    ).get()?.at ?? undefined;
  }
}
