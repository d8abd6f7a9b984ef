/**
 * Combines the tables into the {@linkcode Store} that the rest of the server
 * uses.
 *
 * @module
 */

import type { Store } from "../lib/domain/store.ts";
import { AccountTable } from "./accounts.ts";
import { ApplicationTable } from "./applications.ts";
import { AuditTable } from "./audit.ts";
import { BanTable } from "./bans.ts";
import { CategoryTable } from "./categories.ts";
import { ComplaintTable } from "./complaints.ts";
import type { Database } from "./database.ts";
import { EmailTables } from "./emails.ts";
import { EmergencyTable } from "./emergency.ts";
import { HistoryTable } from "./history.ts";
import { EmailInviteTable, InviteCodeTable } from "./invites.ts";
import { MailTable } from "./mails.ts";
import { MessageTable } from "./messages.ts";
import { MuteTable, NoteTable, PastSessionTable } from "./moderation.ts";
import { ProfileMessageTable } from "./profile_messages.ts";
import { PasswordResetTable } from "./password_resets.ts";
import { RelationTables } from "./relations.ts";
import { RetentionOfTables } from "./retention.ts";
import { RoomTables } from "./rooms.ts";
import { StatisticsTables } from "./statistics.ts";
import { TwoStepTable } from "./two_step.ts";
import { WebSessionTable } from "./web_sessions.ts";
import { WordTable } from "./words.ts";

export class SqliteStore implements Store {
  readonly #db: Database;
  readonly accounts;
  readonly audit;
  readonly relations;
  readonly messages;
  readonly profileMessages;
  readonly rooms;
  readonly categories;
  readonly bans;
  readonly complaints;
  readonly applications;
  readonly mutes;
  readonly notes;
  readonly pastSessions;
  readonly words;
  readonly twoStep;
  readonly emergency;
  readonly inviteCodes;
  readonly passwordResets;
  readonly emailInvites;
  readonly emails;
  readonly mails;
  readonly webSessions;
  readonly history;
  readonly statistics;
  readonly retention;

  #closed = false;

  constructor(db: Database) {
    this.#db = db;
    const flush = () => this.flush();
    this.accounts = new AccountTable(db, flush);
    this.audit = new AuditTable(db, flush);
    this.relations = new RelationTables(db);
    this.messages = new MessageTable(db);
    this.profileMessages = new ProfileMessageTable(db);
    this.rooms = new RoomTables(db);
    this.categories = new CategoryTable(db);
    this.bans = new BanTable(db);
    this.complaints = new ComplaintTable(db);
    this.applications = new ApplicationTable(db);
    this.mutes = new MuteTable(db);
    this.notes = new NoteTable(db);
    this.words = new WordTable(db);
    this.twoStep = new TwoStepTable(db);
    this.emergency = new EmergencyTable(db);
    this.pastSessions = new PastSessionTable(db, flush);
    this.inviteCodes = new InviteCodeTable(db);
    this.passwordResets = new PasswordResetTable(db);
    this.emails = new EmailTables(db);
    this.mails = new MailTable(db);
    this.webSessions = new WebSessionTable(db);
    this.emailInvites = new EmailInviteTable(db);
    this.history = new HistoryTable(db);
    this.statistics = new StatisticsTables(db);
    this.retention = new RetentionOfTables(db, this.statistics, flush);
  }

  transaction<T>(work: () => T): T {
    return this.#db.transaction(work);
  }

  /**
   * Does nothing inside a transaction: pending rows would be lost if it were
   * rolled back.
   */
  flush(): void {
    if (this.#db.busy) return;
    const waiting = this.accounts.waiting + this.audit.waiting +
      this.pastSessions.waiting;
    if (waiting === 0) return;
    this.#db.transaction(() => {
      this.accounts.writeVisits();
      this.audit.writeEntries();
      this.pastSessions.write();
    });
    this.accounts.forgetVisits();
    this.audit.forgetEntries();
    this.pastSessions.forget();
  }

  /**
   * Closes the database even when the last flush fails, and then throws that
   * error.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.flush();
    } finally {
      this.#db.close();
    }
  }
}
