/**
 * What the server asks of its memory, as types only: `db/` answers it with
 * SQLite, and a handler never sees more than this.
 *
 * Every call is synchronous and, unless it says otherwise, durable when it
 * returns (docs/adr/0006-durability.md says what a power cut can lose). Calls throw
 * {@linkcode StoreError} and nothing else.
 *
 * Names are text that Windows-1252 can hold; message bodies are the client's
 * own bytes and stay bytes (docs/protocol.md, "Text").
 *
 * @module
 */
import type { FloorMode } from "./floor_modes.ts";
import type {
  Complaints,
  Emergency,
  Mutes,
  PastSessions,
  TwoSteps,
  UserNotes,
  Words,
} from "./moderation.ts";
import type { Statistics } from "./statistics.ts";

/** A user's number: 1000001 is the system user, people follow upward. */
export type Uid = number;
/** A room's number, 1..65535 (docs/protocol.md, "Rooms"). */
export type Gid = number;
/** Milliseconds since the epoch. */
export type Millis = number;

/** The system user "Paltalk", who takes commands. */
export const SYSTEM_UID: Uid = 1000001;
/** The client's voice code drops a speaker above this. */
export const MAX_UID: Uid = 50_000_000;
/** "Everybody" in packets that name a uid. */
export const EVERYBODY: Uid = 0xffffffff;

export type Role = "user" | "moderator" | "admin" | "superadmin";
/** The seed's permission levels. */
export const LEVEL = {
  user: 0,
  moderator: 1,
  admin: 2,
  superadmin: 3,
} as const satisfies Record<Role, number>;

/** The host at the machine's own command line stands above all staff. */
export const HOST_LEVEL = 4;

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

export interface Account {
  readonly uid: Uid;
  readonly nickname: string;
  /** scrypt in PHC form; never the password. */
  readonly passwordHash: string;
  readonly role: Role;
  readonly email: string;
  readonly first: string;
  readonly last: string;
  /** Shown in searches. */
  readonly listed: boolean;
  /** Nine decimal digits rrrgggbbb, each 000..255. */
  readonly color: string;
  /** `paid1=` of USER_DATA: "" none, "Y" plus, "6" the highest. */
  readonly paid: "" | "Y" | "6";
  /** `privacy=`: all, pals and ... as the client's menu has them. */
  readonly privacy: "A" | "T" | "P";
  readonly offersFromUs: boolean;
  readonly offersFromAffiliates: boolean;
  readonly showFirst: boolean;
  readonly showLast: boolean;
  readonly showEmail: boolean;
  /** Password hint from packet -71. */
  readonly hint: string;
  /** The question chosen with it, by its number in the client's list. */
  readonly hintQuestion: number;
  readonly createdAt: Millis;
  readonly lastSeenAt: Millis | null;
  readonly lastAddress: string | null;
}

/** All that may be given at creation; the store fills in the rest. */
export type NewAccount =
  & Pick<Account, "nickname" | "passwordHash" | "createdAt">
  & Partial<
    Omit<
      Account,
      "uid" | "nickname" | "passwordHash" | "createdAt" | "lastSeenAt"
    >
  >;
export type AccountPatch = Partial<
  Omit<Account, "uid" | "createdAt" | "passwordHash">
>;

/** Each field given must match; all comparisons ignore case. */
export interface AccountQuery {
  readonly nicknamePrefix?: string;
  readonly nickname?: string;
  readonly email?: string;
  readonly first?: string;
  readonly last?: string;
  /** Unlisted people are hidden unless this is true. */
  readonly includeUnlisted?: boolean;
  readonly limit: number;
}

export interface AccountListing {
  readonly role?: Role;
  /** Part of the nickname or the e-mail address. */
  readonly text?: string;
  readonly sort?: "nickname" | "uid" | "created" | "seen";
  readonly limit?: number;
  readonly offset?: number;
}

/** What becomes of a removed user's permanent rooms. */
export type OrphanRooms = "remove" | "keep";

export interface Accounts {
  get(uid: Uid): Account | undefined;
  /** Ignores case (Windows-1252 letters, not only ASCII). */
  byNickname(nickname: string): Account | undefined;
  /** Returns those whose nickname differs from this one in blanks only. */
  bySpacedNickname(nickname: string): Account[];
  create(account: NewAccount): Account;
  update(uid: Uid, patch: AccountPatch): Account;
  setPassword(uid: Uid, passwordHash: string): void;
  /** Also takes pals, blocks, messages, profile, room offices of that uid. */
  remove(uid: Uid, rooms: OrphanRooms): void;
  search(query: AccountQuery): Account[];
  list(listing?: AccountListing): Account[];
  count(): number;
  /** Not durable at once: written with the next batch (`Store.flush`). */
  seen(uid: Uid, at: Millis, address: string): void;
  /** Notes the network of a sign-on; written with the next batch too. */
  signedOnFrom(uid: Uid, at: Millis, address: string): void;
  /** The networks of its last sign-ons, latest first. */
  places(uid: Uid): string[];
  /**
   * Whether one of the last ten networks (/24, or /64 of IPv6) from which the
   * account has signed on is that of `address`.
   */
  knowsPlace(uid: Uid, address: string): boolean;
  /** Free profile fields of packet -65 (state, country, interests, …). */
  profile(uid: Uid): ReadonlyMap<string, string>;
  setProfile(uid: Uid, fields: ReadonlyMap<string, string>): void;
}

/** A pal or a blocked person as lists show them. */
export type Pal = Pick<Account, "uid" | "nickname" | "first" | "last"> & {
  /** The name that the list's owner has given a pal; absent for none. */
  readonly display?: string;
};

export interface Relations {
  pals(uid: Uid): Pal[];
  /** False when they were there already. */
  addPal(uid: Uid, pal: Uid, at: Millis): boolean;
  removePal(uid: Uid, pal: Uid): boolean;
  /** "" for none; false when `pal` is not a pal of `uid`. */
  namePal(uid: Uid, pal: Uid, display: string): boolean;
  /** All users who have `uid` among their pals. */
  watchers(uid: Uid): Uid[];
  blocks(uid: Uid): Pal[];
  addBlock(uid: Uid, blocked: Uid, at: Millis): boolean;
  removeBlock(uid: Uid, blocked: Uid): boolean;
  /** Everybody who has blocked `uid`. */
  blockedBy(uid: Uid): Uid[];
}

export interface OfflineMessage {
  readonly id: number;
  readonly to: Uid;
  readonly from: Uid;
  /** The text exactly as the sender's client wrote it. */
  readonly body: Uint8Array;
  readonly at: Millis;
}

export interface OfflineMessages {
  add(message: Omit<OfflineMessage, "id">): OfflineMessage;
  /** Waiting for `to`, oldest first; the first `limit` of them if given. */
  waiting(to: Uid, limit?: number): OfflineMessage[];
  /** Not yet read by whom they were sent to, oldest first. */
  sentBy(from: Uid): OfflineMessage[];
  count(to: Uid): number;
  /** Of those, the messages of one sender. */
  countFrom(to: Uid, from: Uid): number;
  /** After they were handed to the receiver's socket. */
  remove(ids: readonly number[]): void;
}

/** A message from one pal profile to another. */
export interface StoredProfileMessage {
  readonly id: number;
  readonly to: Uid;
  /** Number of the receiver's profile, as the sender's client wrote it. */
  readonly toProfile: number;
  readonly from: Uid;
  readonly fromProfile: number;
  readonly text: Uint8Array;
  readonly at: Millis;
}

/** They wait until the receiver's client asks for them. */
export interface StoredProfileMessages {
  add(message: Omit<StoredProfileMessage, "id">): StoredProfileMessage;
  /** Waiting for `to`, oldest first; the first `limit` of them if given. */
  waiting(to: Uid, limit?: number): StoredProfileMessage[];
  /** Not yet delivered, oldest first. */
  sentBy(from: Uid): StoredProfileMessage[];
  count(to: Uid): number;
  /** After they were handed to the receiver's socket. */
  remove(ids: readonly number[]): void;
}

/** 0 text, 1 private voice, 2/3 group voice, 4 video, 5/6 private text/video. */
export type RoomType = 0 | 1 | 2 | 3 | 4 | 5 | 6;
export type Rating = "G" | "A" | "R";
export type { FloorMode };

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

export type BanKind = "account" | "address" | "network";
export interface Ban {
  readonly id: number;
  readonly kind: BanKind;
  /** A uid in decimal, an address, or a network in CIDR form. */
  readonly target: string;
  readonly reason: string;
  readonly by: string;
  /** Null for the command line. */
  readonly byUid: Uid | null;
  /** The level of the person who gave it, at that time. */
  readonly rank: number;
  readonly at: Millis;
  /** Null: permanent. */
  readonly until: Millis | null;
}

/** Without `byUid` and `rank` it is a ban by the host. */
export type NewBan =
  & Omit<Ban, "id" | "byUid" | "rank">
  & Partial<Pick<Ban, "byUid" | "rank">>;

export interface Bans {
  /** Differs after every change of the list. */
  readonly revision: number;
  /** A second ban of the same target replaces the first. */
  add(ban: NewBan): Ban;
  /** Those in force at `now`. */
  list(now: Millis): Ban[];
  find(kind: BanKind, target: string, now: Millis): Ban | undefined;
  remove(kind: BanKind, target: string): boolean;
  prune(now: Millis): number;
}

/** Who did what to whom, when, from where, before and after. */
export interface AuditEntry {
  readonly at: Millis;
  /** "cli", a nickname, or "server". */
  readonly actor: string;
  readonly actorUid: Uid | null;
  readonly address: string | null;
  /** A command's name: "user ban", "room bounce". */
  readonly action: string;
  readonly target: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface AuditFilter {
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  readonly since?: Millis;
  readonly until?: Millis;
  /** Newest first; 100 when not given. */
  readonly limit?: number;
}

export interface Audit {
  /** Not durable at once: written with the next batch (`Store.flush`). */
  add(entry: AuditEntry): void;
  list(filter?: AuditFilter): (AuditEntry & { readonly id: number })[];
  prune(before: Millis): number;
}

export interface InviteCode {
  readonly code: string;
  readonly usesLeft: number;
  readonly createdBy: string;
  readonly createdAt: Millis;
  readonly expiresAt: Millis | null;
  /** Part of a link, which counts while registration is closed, too. */
  readonly link: boolean;
  /** Where people who use it are led; null: nowhere in particular. */
  readonly room: Gid | null;
}

export interface InviteCodes {
  /** A plain code that leads nowhere unless it says otherwise. */
  add(
    code:
      & Omit<InviteCode, "link" | "room">
      & Partial<Pick<InviteCode, "link" | "room">>,
  ): void;
  list(now: Millis): InviteCode[];
  /** Undefined when unknown, used up or expired. */
  find(code: string, now: Millis): InviteCode | undefined;
  /** Takes one use; false when unknown, used up or expired. */
  redeem(code: string, now: Millis): boolean;
  remove(code: string): boolean;
}

/** A link for a new password; only the hash of its token is kept. */
export interface PasswordReset {
  readonly uid: Uid;
  readonly tokenHash: string;
  /** That of the account when the link was made: a changed one ends it. */
  readonly passwordHash: string;
  readonly expiresAt: Millis;
}

export interface PasswordResets {
  /** Takes the place of the account's earlier one. */
  add(reset: PasswordReset): void;
  find(tokenHash: string, now: Millis): PasswordReset | undefined;
  remove(uid: Uid): boolean;
}

/** "Future users" of packet -200. */
export interface EmailInvite {
  readonly from: Uid;
  readonly email: string;
  readonly at: Millis;
}

export interface EmailInvites {
  add(invite: EmailInvite): void;
  list(from: Uid): EmailInvite[];
}

/** One sample of the load charts; resolution is seconds per sample. */
export interface HistorySample {
  readonly at: Millis;
  readonly sessions: number;
  readonly rooms: number;
  readonly talkers: number;
  readonly packets: number;
  readonly voiceFrames: number;
}

export interface History {
  add(resolution: number, sample: HistorySample): void;
  list(resolution: number, since: Millis): HistorySample[];
  prune(resolution: number, before: Millis): void;
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
  readonly mutes: Mutes;
  readonly notes: UserNotes;
  readonly pastSessions: PastSessions;
  readonly words: Words;
  readonly twoStep: TwoSteps;
  readonly emergency: Emergency;
  readonly inviteCodes: InviteCodes;
  readonly passwordResets: PasswordResets;
  readonly emailInvites: EmailInvites;
  readonly history: History;
  readonly statistics: Statistics;
  /** All or nothing; nests. */
  transaction<T>(work: () => T): T;
  /** Writes what was deferred (seen, audit) in one transaction. */
  flush(): void;
  /** Flushes first; does nothing the second time. */
  close(): void;
}
