/**
 * Permanent rooms and categories as the store keeps them.
 *
 * @module
 */
import type { FloorMode } from "../floor_modes.ts";
import type { Gid, Millis, Uid } from "../ids.ts";

/** 0 text, 1 private voice, 2/3 group voice, 4 video, 5/6 private text/video. */
export type RoomType = 0 | 1 | 2 | 3 | 4 | 5 | 6;
export type Rating = "G" | "A" | "R";

export interface StoredRoom {
  readonly gid: Gid;
  readonly name: string;
  readonly category: number;
  readonly type: RoomType;
  readonly rating: Rating;
  /** Null: nobody owns it but staff. */
  readonly owner: Uid | null;
  /** "" when open. Windows-1252 text. */
  readonly lockword: string;
  /** 4..9 digits for packet -316, "" for none. */
  readonly adminCode: string;
  readonly banner: string;
  readonly welcome: string;
  readonly position: number;
  /** `mike=`: new members may talk. */
  readonly newUsersMic: boolean;
  readonly redDotText: boolean;
  readonly redDotVideo: boolean;
  readonly floorMode: FloorMode;
  readonly floorPauseMs: number;
  /** Members may publish and watch video. */
  readonly video: boolean;
  /** Seconds between two lines of a member; 0: as many as they like. */
  readonly slowSeconds: number;
  readonly createdAt: Millis;
}

export type NewRoom =
  & Pick<StoredRoom, "name" | "category" | "type" | "createdAt">
  & Partial<Omit<StoredRoom, "name" | "category" | "type" | "createdAt">>;
export type RoomPatch = Partial<Omit<StoredRoom, "gid" | "createdAt">>;

export interface RoomOffices {
  readonly admins: readonly Uid[];
  readonly banned: readonly Uid[];
  readonly bounced: readonly Uid[];
  /** The level of the staff behind a ban or bounce; 0 for the room's own. */
  readonly banRank: ReadonlyMap<Uid, number>;
  readonly bounceRank: ReadonlyMap<Uid, number>;
}

/** Permanent rooms only; temporary ones live in memory. */
export interface Rooms {
  list(): StoredRoom[];
  get(gid: Gid): StoredRoom | undefined;
  byName(name: string): StoredRoom | undefined;
  /** Without a gid: the lowest free one from 50001 upward. */
  create(room: NewRoom): StoredRoom;
  update(gid: Gid, patch: RoomPatch): StoredRoom;
  remove(gid: Gid): void;
  offices(gid: Gid): RoomOffices;
  setAdmin(gid: Gid, uid: Uid, on: boolean): void;
  /** `rank` is kept with the ban; a lower one does not replace a higher. */
  setBan(gid: Gid, uid: Uid, on: boolean, rank?: number): void;
  setBounce(gid: Gid, uid: Uid, on: boolean, rank?: number): void;
  /** Removes the bans up to this rank. */
  clearBans(gid: Gid, rank?: number): void;
  clearBounces(gid: Gid, rank?: number): void;
}

export interface Category {
  /** 1..65535 */
  readonly code: number;
  readonly name: string;
  readonly position: number;
}

export interface Categories {
  list(): Category[];
  set(category: Omit<Category, "position"> & { position?: number }): void;
  /** False when unknown; throws when rooms are still in it. */
  remove(code: number): boolean;
}
