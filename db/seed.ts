/**
 * Initial data of a new server: the system user, the client's 29 categories and
 * a few rooms. Part of migration 1 and frozen with it: hosts change the rows,
 * and this file stays as it is.
 *
 * @module
 */

import { foldName } from "../lib/domain/names.ts";
import { SYSTEM_UID } from "../lib/domain/store.ts";
import type { Database } from "./database.ts";

const CATEGORIES: readonly (readonly [code: number, name: string])[] = [
  [30001, "Top Rooms"],
  [30002, "Featured Rooms"],
  [30003, "Paltalk Help Rooms"],
  [30004, "Paltalk Radio"],
  [30005, "Distance Learning"],
  [30006, "Meet New Friends"],
  [30007, "Love and Romance"],
  [30008, "Social Issues"],
  [30009, "By Language: Europe"],
  [30010, "By Language: Arabic"],
  [30011, "By Language: Spanish & Portuguese"],
  [30012, "By Language: Asia & The Far East"],
  [30013, "By Language: Middle East"],
  [30014, "By Language: India & Pakistan"],
  [30015, "By Language / Nationality / Other"],
  [30016, "Welcome Brazil"],
  [30017, "Early Teens (13 - 17 ONLY) - NO ADULTS"],
  [30018, "Young Adults (18+)"],
  [30019, "Religious"],
  [30020, "Christianity"],
  [30021, "Islam"],
  [30022, "Judaism"],
  [30023, "Health Related / Parenting"],
  [30024, "Computers - Hi Tech"],
  [30025, "Sports and Hobbies"],
  [30026, "Business and Finance"],
  [30027, "Music"],
  [30028, "Miscellaneous"],
  [30029, "Adult Oriented"],
];

const TEXT = 0;
const VOICE = 3;

interface SeedRoom {
  readonly name: string;
  readonly category: number;
  readonly type: typeof TEXT | typeof VOICE;
  readonly welcome: string;
  readonly banner: string;
}

const ROOMS: readonly SeedRoom[] = [
  {
    name: "The Evening Lounge",
    category: 30018,
    type: VOICE,
    welcome:
      "Take a chair. One speaks, the others listen, then it is your turn.",
    banner: "Good company, good talk",
  },
  {
    name: "Help Desk",
    category: 30003,
    type: TEXT,
    welcome: "Ask anything about this server; somebody will know.",
    banner: "No question is too small",
  },
  {
    name: "Sound Check",
    category: 30003,
    type: VOICE,
    welcome: "Say a few words and ask whether you are heard.",
    banner: "One, two, one, two",
  },
  {
    name: "The Front Porch",
    category: 30006,
    type: VOICE,
    welcome: "New here? So was everybody once. Say hello.",
    banner: "Where strangers become pals",
  },
  {
    name: "Open Microphone",
    category: 30027,
    type: VOICE,
    welcome: "Sing it, play it or just listen. Raise a hand for your turn.",
    banner: "Tonight: you",
  },
  {
    name: "Bits and Bytes",
    category: 30024,
    type: TEXT,
    welcome: "Old machines, new machines, and why the printer will not print.",
    banner: "Have you tried turning it off and on again?",
  },
  {
    name: "The Reading Corner",
    category: 30028,
    type: TEXT,
    welcome: "Quiet, please: here we only write.",
    banner: "What are you reading?",
  },
];

/** @param now milliseconds, stored as the time of creation. */
export function seed(db: Database, now: number): void {
  db.statement(`
    INSERT INTO users (
      uid, nickname, nickname_key, password_hash, role, email, email_key,
      first, first_key, last, last_key, listed, color, paid, privacy,
      offers_from_us, offers_from_affiliates, show_first, show_last,
      show_email, hint, created_at
    ) VALUES (
      ?, 'Paltalk', 'paltalk', '!', 3, '', '',
      '', '', '', '', 1, '000000000', '', 'A',
      0, 0, 0, 0, 0, '', ?
    )`).run(SYSTEM_UID, now);

  const category = db.statement(
    "INSERT INTO categories (code, name, position) VALUES (?, ?, ?)",
  );
  for (const [index, [code, name]] of CATEGORIES.entries()) {
    category.run(code, name, index + 1);
  }

  const room = db.statement(`
    INSERT INTO groups (
      gid, name, name_key, category, type, rating, lockword, admin_code,
      banner, welcome, position, new_users_mic, red_dot_text, red_dot_video,
      floor_mode, floor_pause_ms, created_at
    ) VALUES (?, ?, ?, ?, ?, 'G', '', '', ?, ?, ?, 1, 0, 0, 'pause', 1000, ?)`);
  for (const [index, { name, category, type, ...texts }] of ROOMS.entries()) {
    room.run(
      50001 + index,
      name,
      foldName(name),
      category,
      type,
      texts.banner,
      texts.welcome,
      index + 1,
      now,
    );
  }
}
