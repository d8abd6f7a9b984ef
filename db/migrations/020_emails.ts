import type { Migration } from "./migration.ts";

/** Adds checks of e-mail addresses, and the links in e-mails. */
export const emails: Migration = {
  version: 20,
  name: "emails",
  up: `
    CREATE TABLE email_checks (
      uid INTEGER PRIMARY KEY REFERENCES users ON DELETE CASCADE,
      email TEXT NOT NULL,
      confirmed_at INTEGER
    ) STRICT;
    CREATE TABLE email_links (
      token_hash TEXT NOT NULL PRIMARY KEY,
      uid INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
      purpose TEXT NOT NULL,
      email TEXT NOT NULL,
      password_hash TEXT NOT NULL,
      made_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX email_links_by_user ON email_links (uid, purpose);
    CREATE INDEX email_links_by_end ON email_links (expires_at);
  `,
};
