/**
 * Permanent rooms: the tables groups, group_admins, group_bans and
 * group_bounces.
 *
 * @module
 */

import { DEFAULT_FLOOR_MODE } from "../lib/domain/floor_modes.ts";
import { foldName } from "../lib/domain/names.ts";
import {
  type Gid,
  HOST_LEVEL,
  type NewRoom,
  type RoomOffices,
  type RoomPatch,
  type Rooms,
  type StoredRoom,
  StoreError,
  type Uid,
} from "../lib/domain/store.ts";
import { bool, Columns, plain, type Row } from "./columns.ts";
import { type Database, given } from "./database.ts";

/** The columns of the table groups. */
export const GROUPS = new Columns<StoredRoom>("groups", {
  gid: plain("gid", { fixed: true }),
  name: plain("name", { folded: true }),
  category: plain("category"),
  type: plain("type"),
  rating: plain("rating", { initial: "G" }),
  owner: plain<Uid | null>("owner", { initial: null }),
  lockword: plain("lockword", { initial: "" }),
  adminCode: plain("admin_code", { initial: "" }),
  banner: plain("banner", { initial: "" }),
  welcome: plain("welcome", { initial: "" }),
  position: plain("position", { initial: 0 }),
  newUsersMic: bool("new_users_mic", true),
  redDotText: bool("red_dot_text", false),
  redDotVideo: bool("red_dot_video", false),
  floorMode: plain("floor_mode", { initial: DEFAULT_FLOOR_MODE }),
  floorPauseMs: plain("floor_pause_ms", { initial: 1000 }),
  video: bool("video", true),
  slowSeconds: plain("slow_seconds", { initial: 0 }),
  createdAt: plain("created_at", { fixed: true }),
});

/** The client keeps only sixteen bits of a room number. */
const LAST_GID = 65535;

type RankTable = "group_bans" | "group_bounces";
type Office = "group_admins" | RankTable;

export class RoomTables implements Rooms {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(): StoredRoom[] {
    return this.#db.statement<Row>(
      "SELECT * FROM groups ORDER BY position, gid",
    ).all().map((row) => GROUPS.fromRow(row));
  }

  get(gid: Gid): StoredRoom | undefined {
    const row = this.#db.statement<Row>("SELECT * FROM groups WHERE gid = ?")
      .get(gid);
    return row && GROUPS.fromRow(row);
  }

  byName(name: string): StoredRoom | undefined {
    const row = this.#db.statement<Row>(
      "SELECT * FROM groups WHERE name_key = ?",
    ).get(foldName(name));
    return row && GROUPS.fromRow(row);
  }

  create(room: NewRoom): StoredRoom {
    return this.#db.transaction(() => {
      const gid = room.gid ?? this.#freeGid();
      if (!Number.isInteger(gid) || gid < 1 || gid > LAST_GID) {
        throw new StoreError(
          "io",
          `A room's number is 1..${LAST_GID}, not ${gid}.`,
        );
      }
      GROUPS.insert(this.#db, { ...room, gid });
      return this.#existing(gid);
    });
  }

  update(gid: Gid, patch: RoomPatch): StoredRoom {
    return this.#db.transaction(() => {
      const next = { ...this.#existing(gid), ...given(patch) };
      GROUPS.update(this.#db, gid, next);
      return this.#existing(gid);
    });
  }

  remove(gid: Gid): void {
    const removed = this.#db.statement("DELETE FROM groups WHERE gid = ?")
      .run(gid);
    if (removed === 0) throw unknown(gid);
  }

  offices(gid: Gid): RoomOffices {
    return {
      admins: this.#holders("group_admins", gid),
      banned: this.#holders("group_bans", gid),
      bounced: this.#holders("group_bounces", gid),
      banRank: this.#ranks("group_bans", gid),
      bounceRank: this.#ranks("group_bounces", gid),
    };
  }

  setAdmin(gid: Gid, uid: Uid, on: boolean): void {
    if (on) {
      this.#db.statement(
        `INSERT INTO group_admins (gid, uid) VALUES (?, ?)
         ON CONFLICT DO NOTHING`,
      ).run(gid, uid);
    } else this.#unset("group_admins", gid, uid);
  }

  setBan(gid: Gid, uid: Uid, on: boolean, rank = 0): void {
    if (on) this.#setRank("group_bans", gid, uid, rank);
    else this.#unset("group_bans", gid, uid);
  }

  setBounce(gid: Gid, uid: Uid, on: boolean, rank = 0): void {
    if (on) this.#setRank("group_bounces", gid, uid, rank);
    else this.#unset("group_bounces", gid, uid);
  }

  clearBans(gid: Gid, rank = HOST_LEVEL): void {
    this.#clear("group_bans", gid, rank);
  }

  clearBounces(gid: Gid, rank = HOST_LEVEL): void {
    this.#clear("group_bounces", gid, rank);
  }

  #freeGid(): Gid {
    // Finds the lowest free number: one above a room without a next neighbour;
    // 50000 stands in for the room before the first.
    const row = this.#db.statement<{ gid: number }>(`
      SELECT below.gid + 1 AS gid
      FROM (SELECT 50000 AS gid
            UNION ALL SELECT gid FROM groups WHERE gid > 50000) AS below
      WHERE NOT EXISTS (SELECT 1 FROM groups WHERE gid = below.gid + 1)
      ORDER BY below.gid LIMIT 1`).get();
    if (row === undefined || row.gid > LAST_GID) {
      throw new StoreError(
        "room-ids-exhausted",
        "No room number is left: remove a permanent room first.",
      );
    }
    return row.gid;
  }

  #holders(office: Office, gid: Gid): Uid[] {
    return this.#db.statement<{ uid: Uid }>(
      `SELECT uid FROM ${office} WHERE gid = ?`,
    ).all(gid).map(({ uid }) => uid);
  }

  #ranks(table: RankTable, gid: Gid): Map<Uid, number> {
    const rows = this.#db.statement<{ uid: Uid; rank: number }>(
      `SELECT uid, rank FROM ${table} WHERE gid = ?`,
    ).all(gid);
    return new Map(rows.map(({ uid, rank }) => [uid, rank]));
  }

  #setRank(table: RankTable, gid: Gid, uid: Uid, rank: number): void {
    this.#db.statement(
      `INSERT INTO ${table} (gid, uid, rank) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET rank = MAX(rank, excluded.rank)`,
    ).run(gid, uid, rank);
  }

  #unset(office: Office, gid: Gid, uid: Uid): void {
    this.#db.statement(`DELETE FROM ${office} WHERE gid = ? AND uid = ?`)
      .run(gid, uid);
  }

  #clear(table: RankTable, gid: Gid, rank: number): void {
    this.#db.statement(`DELETE FROM ${table} WHERE gid = ? AND rank <= ?`)
      .run(gid, rank);
  }

  #existing(gid: Gid): StoredRoom {
    const room = this.get(gid);
    if (room === undefined) throw unknown(gid);
    return room;
  }
}

function unknown(gid: Gid): StoreError {
  return new StoreError("not-found", `There is no permanent room ${gid}.`);
}
