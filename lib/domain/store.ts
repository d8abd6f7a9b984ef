/**
 * The store as the rest of the server sees it, as types only: `db/` implements
 * it with SQLite, and a handler never sees more than this. Each part has its
 * own file in `store/`; this one puts them together.
 *
 * Every call is synchronous and, unless its comment says otherwise, durable
 * when it returns (docs/adr/0006-durability.md says what a power cut can lose).
 * Calls throw {@linkcode StoreError} and nothing else.
 *
 * Names are text that Windows-1252 can hold; message bodies are the client's
 * own bytes and stay bytes (docs/protocol.md, "Text").
 *
 * @module
 */
import type {
  Applications,
  Complaints,
  Emergency,
  Mutes,
  PastSessions,
  TwoSteps,
  UserNotes,
  Words,
} from "./moderation.ts";
import type { Retention } from "./retention.ts";
import type { Statistics } from "./statistics.ts";
import type { Accounts } from "./store/accounts.ts";
import type { Audit } from "./store/audit.ts";
import type { Bans } from "./store/bans.ts";
import type { Emails } from "./store/emails.ts";
import type { History } from "./store/history.ts";
import type {
  EmailInvites,
  InviteCodes,
  PasswordResets,
} from "./store/invites.ts";
import type {
  OfflineMessages,
  StoredProfileMessages,
} from "./store/messages.ts";
import type { StoredMails } from "./store/mails.ts";
import type { Relations } from "./store/relations.ts";
import type { Categories, Rooms } from "./store/rooms.ts";
import type { StoredWebSessions } from "./store/web_sessions.ts";

export * from "./ids.ts";
export * from "./roles.ts";
export type { FloorMode } from "./floor_modes.ts";
export type * from "./store/accounts.ts";
export type * from "./store/audit.ts";
export type * from "./store/bans.ts";
export type * from "./store/emails.ts";
export type * from "./store/history.ts";
export type * from "./store/invites.ts";
export type * from "./store/mails.ts";
export type * from "./store/messages.ts";
export type * from "./store/relations.ts";
export type * from "./store/rooms.ts";
export type * from "./store/web_sessions.ts";

export type StoreErrorCode =
  | "nickname-taken"
  | "uids-exhausted"
  | "room-name-taken"
  | "room-ids-exhausted"
  | "not-found"
  | "full"
  /** Something else still needs it, or the number is given away already. */
  | "in-use"
  /** The four that only opening a database can meet. */
  | "corrupt"
  | "locked"
  | "read-only"
  | "newer-schema"
  | "io";

export class StoreError extends Error {
  override name = "StoreError";
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface Store {
  readonly accounts: Accounts;
  readonly relations: Relations;
  readonly messages: OfflineMessages;
  readonly profileMessages: StoredProfileMessages;
  readonly rooms: Rooms;
  readonly categories: Categories;
  readonly bans: Bans;
  readonly audit: Audit;
  readonly complaints: Complaints;
  readonly applications: Applications;
  readonly mutes: Mutes;
  readonly notes: UserNotes;
  readonly pastSessions: PastSessions;
  readonly words: Words;
  readonly twoStep: TwoSteps;
  readonly emergency: Emergency;
  readonly inviteCodes: InviteCodes;
  readonly passwordResets: PasswordResets;
  readonly emailInvites: EmailInvites;
  readonly emails: Emails;
  readonly mails: StoredMails;
  readonly webSessions: StoredWebSessions;
  readonly history: History;
  readonly statistics: Statistics;
  readonly retention: Retention;
  /** All or nothing; nests. */
  transaction<T>(work: () => T): T;
  /** Writes what was deferred (seen, audit) in one transaction. */
  flush(): void;
  /**
   * In a cluster: resolves when what has been written is on a majority of
   * machines. Absent on a server of its own.
   */
  settled?: () => Promise<void>;
  /** Flushes first; does nothing the second time. */
  close(): void;
}
