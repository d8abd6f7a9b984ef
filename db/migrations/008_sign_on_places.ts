import { networkKey } from "../../lib/net/addresses.ts";
import type { Migration } from "./migration.ts";

/**
 * Adds the networks (a /24, or a /64 of IPv6) of each account's last sign-ons,
 * starting with the address stored so far.
 */
export const signOnPlaces: Migration = {
  version: 8,
  name: "sign_on_places",
  up: `
    CREATE TABLE sign_on_places (
      uid INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
      network TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (uid, network)
    ) STRICT, WITHOUT ROWID;
  `,
  fill(db, now) {
    const add = db.statement(
      "INSERT INTO sign_on_places (uid, network, at) VALUES (?, ?, ?)",
    );
    const known = db.statement<
      { uid: number; last_address: string; last_seen_at: number | null }
    >(
      "SELECT uid, last_address, last_seen_at FROM users " +
        "WHERE last_address IS NOT NULL",
    ).all();
    for (const { uid, last_address, last_seen_at } of known) {
      add.run(uid, networkKey(last_address), last_seen_at ?? now);
    }
  },
};
