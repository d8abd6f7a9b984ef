/**
 * The room that the client calls the new user voice group. Its number is built
 * into the client, so every server needs it.
 *
 * @module
 */
import { foldName } from "../../lib/domain/names.ts";
import type { Database } from "../database.ts";
import type { Migration } from "./migration.ts";

const GID = 600;
const VOICE = 3;
const HELP_ROOMS = 30003;
const NAME = "New User Voice Group";

/** Adds the room, unless its number is taken or there is no category for it. */
function addRoom(db: Database, now: number): void {
  const count = db.statement<{ rooms: number }>(
    "SELECT count(*) AS rooms FROM groups WHERE gid = ?",
  );
  if (count.get(GID)?.rooms !== 0) return;
  const category = db.statement<{ code: number }>(
    `SELECT code FROM categories
     ORDER BY code <> ?, position, code LIMIT 1`,
  ).get(HELP_ROOMS)?.code;
  if (category === undefined) return;
  const name = freeName(db);
  db.statement(`
    INSERT INTO groups (
      gid, name, name_key, category, type, rating, lockword, admin_code,
      banner, welcome, position, new_users_mic, red_dot_text, red_dot_video,
      floor_mode, floor_pause_ms, created_at
    ) VALUES (?, ?, ?, ?, ?, 'G', '', '', ?, ?,
      (SELECT coalesce(max(position), 0) + 1 FROM groups), 1, 0, 0,
      'pause', 1000, ?)`).run(
    GID,
    name,
    foldName(name),
    category,
    VOICE,
    "New here? Ask away",
    "Welcome, {nick}. Say hello; somebody will answer.",
    now,
  );
}

/** Returns a name for the room that no other room has. */
function freeName(db: Database): string {
  const taken = db.statement<{ gid: number }>(
    "SELECT gid FROM groups WHERE name_key = ?",
  );
  let name = NAME;
  for (let n = 2; taken.get(foldName(name)) !== undefined; n++) {
    name = `${NAME} ${n}`;
  }
  return name;
}

export const newUserRoom: Migration = {
  version: 2,
  name: "new_user_room",
  up: "",
  fill: addRoom,
};
