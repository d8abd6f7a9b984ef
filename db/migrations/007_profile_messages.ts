import type { Migration } from "./migration.ts";

/**
 * Adds messages between pal profiles, stored until the receiver requests them.
 */
export const profileMessages: Migration = {
  version: 7,
  name: "profile_messages",
  up: `
    CREATE TABLE profile_messages (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      receiver INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
      receiver_profile INTEGER NOT NULL,
      sender INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
      sender_profile INTEGER NOT NULL,
      body BLOB NOT NULL,
      sent_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX profile_messages_receiver ON profile_messages (receiver, id);
    CREATE INDEX profile_messages_sender ON profile_messages (sender);
  `,
};
