/**
 * Accounts: the tables users and profile_fields.
 *
 * @module
 */

import { foldName } from "../lib/domain/names.ts";
import {
  type Account,
  type AccountListing,
  type AccountPatch,
  type AccountQuery,
  type Accounts,
  LEVEL,
  type Millis,
  type NewAccount,
  type OrphanRooms,
  StoreError,
  SYSTEM_UID,
  type Uid,
} from "../lib/domain/store.ts";
import { USERS } from "./account_rows.ts";
import type { Row } from "./columns.ts";
import { type Database, given, type Value } from "./database.ts";
import { deferOnFailure } from "./errors.ts";
import { SignOnPlaces } from "./sign_on_places.ts";
import { bounded } from "./limits.ts";

const SORTS: Record<NonNullable<AccountListing["sort"]>, string> = {
  nickname: "nickname_key",
  uid: "uid",
  created: "created_at, uid",
  seen: "last_seen_at DESC, uid DESC",
};

const MOST_HITS = 1000;
const MOST_LISTED = 100_000;
/** Visits written in one batch. A larger batch would block the event loop. */
const VISITS_AT_ONCE = 64;
/**
 * Sorts after every character that a nickname can contain, so `prefix` followed
 * by two of them is an upper bound for names with that prefix.
 */
const LAST_LETTER = "\u{10ffff}";

/** A visit to be written by the next flush. */
interface Visit {
  readonly at: Millis;
  readonly address: string;
}

export class AccountTable implements Accounts {
  readonly #db: Database;
  readonly #visits = new Map<Uid, Visit>();
  readonly #places: SignOnPlaces;
  readonly #flush: () => void;
  readonly #get;
  readonly #byNickname;

  /**
   * @param flush writes the visits, once there are many or a list needs them
   */
  constructor(db: Database, flush: () => void) {
    this.#db = db;
    this.#flush = flush;
    this.#places = new SignOnPlaces(db);
    this.#get = db.statement<Row>("SELECT * FROM users WHERE uid = ?");
    this.#byNickname = db.statement<Row>(
      "SELECT * FROM users WHERE nickname_key = ?",
    );
  }

  get(uid: Uid): Account | undefined {
    return this.#account(this.#get.get(uid));
  }

  byNickname(nickname: string): Account | undefined {
    return this.#account(this.#byNickname.get(foldName(nickname)));
  }

  /**
   * Creates an account with the system user as its first pal, which can be
   * removed.
   */
  create(account: NewAccount): Account {
    return this.#db.transaction(() => {
      // Only the unique index decides whether a nickname is free.
      const uid = USERS.insert(this.#db, account);
      this.#db.statement(
        "INSERT INTO buddies (uid, pal, added_at) VALUES (?, ?, ?)",
      ).run(uid, SYSTEM_UID, account.createdAt);
      return this.#existing(uid);
    });
  }

  bySpacedNickname(nickname: string): Account[] {
    return this.#db.statement<Row>(
      "SELECT * FROM users WHERE replace(nickname_key, ' ', '') = ?",
    ).all(foldName(nickname).replaceAll(" ", ""))
      .map((row) => this.#account(row));
  }

  update(uid: Uid, patch: AccountPatch): Account {
    return this.#db.transaction(() => {
      const next = { ...this.#existing(uid), ...given(patch) };
      USERS.update(this.#db, uid, next);
      return this.#existing(uid);
    });
  }

  setPassword(uid: Uid, passwordHash: string): void {
    const changed = this.#db.statement(
      "UPDATE users SET password_hash = ? WHERE uid = ?",
    ).run(passwordHash, uid);
    if (changed === 0) throw unknown(uid);
  }

  remove(uid: Uid, rooms: OrphanRooms): void {
    if (uid === SYSTEM_UID) {
      throw new StoreError("in-use", "The system user cannot be removed.");
    }
    this.#db.transaction(() => {
      if (rooms === "remove") {
        this.#db.statement("DELETE FROM groups WHERE owner = ?").run(uid);
      }
      this.#db.statement(
        "DELETE FROM bans WHERE kind = 'account' AND target = ?",
      ).run(String(uid));
      // Foreign keys delete the rows of other tables.
      if (
        this.#db.statement("DELETE FROM users WHERE uid = ?").run(uid) === 0
      ) throw unknown(uid);
    });
  }

  /** An empty query returns no results; empty strings are ignored. */
  search(query: AccountQuery): Account[] {
    const wheres: string[] = [];
    const values: Value[] = [];
    for (const field of ["nickname", "email", "first", "last"] as const) {
      const key = foldName(query[field] ?? "");
      if (key === "") continue;
      wheres.push(`${field}_key = ?`);
      values.push(key);
    }
    const prefix = foldName(query.nicknamePrefix ?? "");
    if (prefix !== "") {
      // A range instead of LIKE, because it uses the index and treats % and _
      // as ordinary characters.
      wheres.push("nickname_key >= ? AND nickname_key < ?");
      values.push(prefix, prefix + LAST_LETTER + LAST_LETTER);
    }
    if (wheres.length === 0) return [];
    wheres.push(
      "NOT EXISTS (SELECT 1 FROM applications WHERE uid = users.uid)",
    );
    if (query.includeUnlisted !== true) wheres.push("listed = 1");
    return this.#db.statement<Row>(
      `SELECT * FROM users WHERE ${wheres.join(" AND ")}
       ORDER BY nickname_key LIMIT ?`,
    ).all(...values, bounded(query.limit, MOST_HITS)).map((row) =>
      this.#account(row)
    );
  }

  /** Lists or counts accounts without the system user. */
  list(listing: AccountListing = {}): Account[] {
    const { role, text = "", sort = "nickname", limit, offset = 0 } = listing;
    const wheres = ["uid <> ?"];
    const values: Value[] = [SYSTEM_UID];
    if (role !== undefined) {
      wheres.push("role = ?");
      values.push(LEVEL[role]);
    }
    if (text !== "") {
      const key = foldName(text);
      wheres.push("(instr(nickname_key, ?) > 0 OR instr(email_key, ?) > 0)");
      values.push(key, key);
    }
    if (sort === "seen") this.#flush();
    return this.#db.statement<Row>(
      `SELECT * FROM users WHERE ${wheres.join(" AND ")}
       ORDER BY ${SORTS[sort]} LIMIT ? OFFSET ?`,
    ).all(
      ...values,
      bounded(limit ?? MOST_LISTED, MOST_LISTED),
      bounded(offset, Number.MAX_SAFE_INTEGER),
    ).map((row) => this.#account(row));
  }

  count(): number {
    const row = this.#db.statement<{ people: number }>(
      "SELECT count(*) AS people FROM users WHERE uid <> ?",
    ).get(SYSTEM_UID);
    return row?.people ?? 0;
  }

  seen(uid: Uid, at: Millis, address: string): void {
    this.#visits.set(uid, { at, address });
    // On a full disk the visits stay pending: a failed write must not prevent a
    // sign-on.
    if (this.#visits.size % VISITS_AT_ONCE === 0) deferOnFailure(this.#flush);
  }

  signedOnFrom(uid: Uid, at: Millis, address: string): void {
    this.#places.add(uid, at, address);
  }

  places(uid: Uid): string[] {
    return this.#places.of(uid);
  }

  knowsPlace(uid: Uid, address: string): boolean {
    return this.#places.knows(uid, address);
  }

  profile(uid: Uid): ReadonlyMap<string, string> {
    const rows = this.#db.statement<{ name: string; value: string }>(
      "SELECT name, value FROM profile_fields WHERE uid = ? ORDER BY name",
    ).all(uid);
    return new Map(rows.map(({ name, value }) => [name, value]));
  }

  setProfile(uid: Uid, fields: ReadonlyMap<string, string>): void {
    const add = this.#db.statement(
      "INSERT INTO profile_fields (uid, name, value) VALUES (?, ?, ?)",
    );
    this.#db.transaction(() => {
      this.#db.statement("DELETE FROM profile_fields WHERE uid = ?").run(uid);
      for (const [name, value] of fields) add.run(uid, name, value);
    });
  }

  /** Number of visits to be written. */
  get waiting(): number {
    return this.#visits.size + this.#places.waiting;
  }

  /** Writes the visits that {@linkcode Accounts.seen} has noted. */
  writeVisits(): void {
    const note = this.#db.statement(
      "UPDATE users SET last_seen_at = ?, last_address = ? WHERE uid = ?",
    );
    for (const [uid, { at, address }] of this.#visits) {
      note.run(at, address, uid);
    }
    this.#places.write();
  }

  forgetVisits(): void {
    this.#visits.clear();
    this.#places.forget();
  }

  #existing(uid: Uid): Account {
    const account = this.get(uid);
    if (account === undefined) throw unknown(uid);
    return account;
  }

  #account(row: Row): Account;
  #account(row: Row | undefined): Account | undefined;
  #account(row: Row | undefined): Account | undefined {
    if (row === undefined) return undefined;
    const account = USERS.fromRow(row);
    const visit = this.#visits.get(account.uid);
    return visit === undefined ? account : {
      ...account,
      lastSeenAt: visit.at,
      lastAddress: visit.address,
    };
  }
}

function unknown(uid: Uid): StoreError {
  return new StoreError("not-found", `There is no user ${uid}.`);
}
