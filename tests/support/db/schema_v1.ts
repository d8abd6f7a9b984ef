/**
 * A database of schema 1, written out in full and frozen: the files on hosts'
 * disks do not change when db/migrations does.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";

/**
 * Writes a database with user 1000002 "Élodie", a pal, a message of all bytes,
 * and a room.
 */
export function writeSchema1(path: string): void {
  const db = new DatabaseSync(path);
  db.exec(SCHEMA_1);
  const user = db.prepare(`
    INSERT INTO users VALUES (?, ?, ?, '!', 0, ?, ?, 'É', 'é', '', '', 1,
      '000128000', '6', 'T', 0, 1, 1, 1, 0, 'hint', 1000, 2000, '192.0.2.1')`);
  user.run(1000001, "Paltalk", "paltalk", "", "");
  user.run(1000002, "Élodie", "élodie", "E@x", "e@x");
  user.run(1000003, "Bob", "bob", "", "");
  db.exec(`
    INSERT INTO profile_fields VALUES (1000002, 'state', 'Bretagne');
    INSERT INTO buddies VALUES (1000002, 1000003, 5);
    INSERT INTO blocks VALUES (1000003, 1000002, 6);
    INSERT INTO categories VALUES (30018, 'Young Adults (18+)', 1);
    INSERT INTO groups VALUES (50001, 'Café', 'café', 30018, 3, 'G', 1000002,
      'tiger7', '4321', 'banner', 'welcome', 1, 1, 0, 1, 'queue', 2000, 3000);
    INSERT INTO group_admins VALUES (50001, 1000003);
    INSERT INTO bans VALUES (1, 'address', '192.0.2.9', 'spam', 'cli', 1, NULL);
    INSERT INTO audit VALUES
      (1, 7, 'CLI', 'cli', NULL, NULL, 'user ban', 'Bob', 'bob', 'a', 'b');
    INSERT INTO invite_codes VALUES ('welcome', 3, 'cli', 1, NULL);
    INSERT INTO email_invites VALUES (1000002, 'F@x', 'f@x', 8);
    INSERT INTO history VALUES (60, 60000, 1, 2, 3, 4, 5);
  `);
  db.prepare("INSERT INTO offline_messages VALUES (1, 1000002, 1000003, ?, 9)")
    .run(Uint8Array.from({ length: 256 }, (_, value) => value));
  db.close();
}

const SCHEMA_1 = `
  CREATE TABLE users (
    uid INTEGER PRIMARY KEY AUTOINCREMENT
      CONSTRAINT uid_range CHECK (uid BETWEEN 1000001 AND 50000000),
    nickname TEXT NOT NULL,
    nickname_key TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role INTEGER NOT NULL CHECK (role BETWEEN 0 AND 3),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    first TEXT NOT NULL,
    first_key TEXT NOT NULL,
    last TEXT NOT NULL,
    last_key TEXT NOT NULL,
    listed INTEGER NOT NULL,
    color TEXT NOT NULL,
    paid TEXT NOT NULL,
    privacy TEXT NOT NULL,
    offers_from_us INTEGER NOT NULL,
    offers_from_affiliates INTEGER NOT NULL,
    show_first INTEGER NOT NULL,
    show_last INTEGER NOT NULL,
    show_email INTEGER NOT NULL,
    hint TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER,
    last_address TEXT
  ) STRICT;
  CREATE INDEX users_email ON users (email_key, nickname_key);
  CREATE INDEX users_first ON users (first_key, nickname_key);
  CREATE INDEX users_last ON users (last_key, nickname_key);
  CREATE INDEX users_role ON users (role, nickname_key);
  CREATE INDEX users_created ON users (created_at);
  CREATE INDEX users_seen ON users (last_seen_at);

  CREATE TABLE profile_fields (
    uid INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (uid, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE buddies (
    uid INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    pal INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (uid, pal)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX buddies_pal ON buddies (pal);

  CREATE TABLE blocks (
    uid INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    blocked INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (uid, blocked)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX blocks_blocked ON blocks (blocked);

  CREATE TABLE offline_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    receiver INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    sender INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    body BLOB NOT NULL,
    sent_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX offline_messages_receiver ON offline_messages (receiver, id);
  CREATE INDEX offline_messages_sender ON offline_messages (sender);

  CREATE TABLE categories (
    code INTEGER PRIMARY KEY CHECK (code BETWEEN 1 AND 65535),
    name TEXT NOT NULL,
    position INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX categories_position ON categories (position, code);

  CREATE TABLE groups (
    gid INTEGER PRIMARY KEY CHECK (gid BETWEEN 1 AND 65535),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    category INTEGER NOT NULL REFERENCES categories,
    type INTEGER NOT NULL CHECK (type BETWEEN 0 AND 6),
    rating TEXT NOT NULL CHECK (rating IN ('G', 'A', 'R')),
    owner INTEGER REFERENCES users ON DELETE SET NULL,
    lockword TEXT NOT NULL,
    admin_code TEXT NOT NULL,
    banner TEXT NOT NULL,
    welcome TEXT NOT NULL,
    position INTEGER NOT NULL,
    new_users_mic INTEGER NOT NULL,
    red_dot_text INTEGER NOT NULL,
    red_dot_video INTEGER NOT NULL,
    floor_mode TEXT NOT NULL CHECK (floor_mode IN ('pause', 'queue', 'free')),
    floor_pause_ms INTEGER NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX groups_category ON groups (category);
  CREATE INDEX groups_owner ON groups (owner);
  CREATE INDEX groups_position ON groups (position, gid);

  CREATE TABLE group_admins (
    gid INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    uid INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    PRIMARY KEY (gid, uid)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX group_admins_uid ON group_admins (uid);

  CREATE TABLE group_bans (
    gid INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    uid INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    PRIMARY KEY (gid, uid)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX group_bans_uid ON group_bans (uid);

  CREATE TABLE group_bounces (
    gid INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    uid INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    PRIMARY KEY (gid, uid)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX group_bounces_uid ON group_bounces (uid);

  CREATE TABLE bans (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('account', 'address', 'network')),
    target TEXT NOT NULL,
    reason TEXT NOT NULL,
    banned_by TEXT NOT NULL,
    banned_at INTEGER NOT NULL,
    banned_until INTEGER,
    UNIQUE (kind, target)
  ) STRICT;
  CREATE INDEX bans_until ON bans (banned_until);

  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    actor_key TEXT NOT NULL,
    actor_uid INTEGER,
    address TEXT,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    target_key TEXT NOT NULL,
    before TEXT,
    after TEXT
  ) STRICT;
  CREATE INDEX audit_at ON audit (at);
  CREATE INDEX audit_actor ON audit (actor_key, at);
  CREATE INDEX audit_action ON audit (action, at);
  CREATE INDEX audit_target ON audit (target_key, at);

  CREATE TABLE invite_codes (
    code TEXT PRIMARY KEY,
    uses_left INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX invite_codes_created ON invite_codes (created_at);

  CREATE TABLE email_invites (
    uid INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    invited_at INTEGER NOT NULL,
    PRIMARY KEY (uid, email_key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE history (
    resolution INTEGER NOT NULL,
    at INTEGER NOT NULL,
    sessions INTEGER NOT NULL,
    rooms INTEGER NOT NULL,
    talkers INTEGER NOT NULL,
    packets INTEGER NOT NULL,
    voice_frames INTEGER NOT NULL,
    PRIMARY KEY (resolution, at)
  ) STRICT, WITHOUT ROWID;

  INSERT INTO sqlite_sequence (name, seq) VALUES ('users', 1000000);

  PRAGMA application_id = 0x7270616c;
  PRAGMA user_version = 1;
`;
