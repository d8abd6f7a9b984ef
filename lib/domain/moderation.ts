/**
 * What staff work with besides bans, as the store keeps it: complaints, mutes,
 * notes, past sessions, listed words, emergencies, two-step sign-in.
 *
 * @module
 */
import type { Gid, Millis, Uid } from "./ids.ts";

export type ComplaintState = "open" | "taken" | "closed";
export const COMPLAINT_STATES = ["open", "taken", "closed"] as const;

/** One line of a room, kept with a complaint. */
export interface RoomLine {
  readonly at: Millis;
  readonly nickname: string;
  readonly text: string;
}

/** A call for staff: about somebody, or about what happens in a room. */
export interface Complaint {
  readonly id: number;
  readonly at: Millis;
  /** Null for the command line, or when the account was removed. */
  readonly reporter: Uid | null;
  readonly reporterName: string;
  readonly about: Uid | null;
  /** "" when it is about nobody in particular. */
  readonly aboutName: string;
  readonly gid: Gid | null;
  readonly room: string;
  readonly text: string;
  /** The last lines of the room; empty unless the host has turned that on. */
  readonly lines: readonly RoomLine[];
  readonly state: ComplaintState;
  readonly note: string;
  /** The member of staff who took or closed it; "" for nobody yet. */
  readonly handledBy: string;
  readonly handledAt: Millis | null;
}

export type NewComplaint = Omit<
  Complaint,
  "id" | "state" | "note" | "handledBy" | "handledAt"
>;
export type ComplaintPatch = Partial<
  Pick<Complaint, "state" | "note" | "handledBy" | "handledAt">
>;

export interface ComplaintFilter {
  /** "waiting": open and taken ones. */
  readonly state?: ComplaintState | "waiting";
  readonly about?: Uid;
  readonly reporter?: Uid;
  readonly limit?: number;
  readonly offset?: number;
}

export interface Complaints {
  add(complaint: NewComplaint): Complaint;
  get(id: number): Complaint | undefined;
  /** Newest first; 100 when no limit is given. */
  list(filter?: ComplaintFilter): Complaint[];
  update(id: number, patch: ComplaintPatch): void;
  /** Complaints by this reporter since `since`. */
  countBy(reporter: Uid, since: Millis): number;
}

/** Keeps a user from writing, speaking and showing video anywhere. */
export interface Mute {
  readonly uid: Uid;
  readonly reason: string;
  readonly by: string;
  /** The level of the person who gave it; it binds those below. */
  readonly rank: number;
  readonly at: Millis;
  /** Null: until it is lifted. */
  readonly until: Millis | null;
}

export interface Mutes {
  /** Replaces an earlier one of the same user. */
  set(mute: Mute): void;
  /** The one in force at `now`. */
  get(uid: Uid, now: Millis): Mute | undefined;
  list(now: Millis): Mute[];
  remove(uid: Uid): boolean;
}

/** What staff write down about a user, for each other. */
export interface UserNote {
  readonly id: number;
  readonly uid: Uid;
  readonly at: Millis;
  readonly by: string;
  readonly text: string;
}

export interface UserNotes {
  add(note: Omit<UserNote, "id">): UserNote;
  get(id: number): UserNote | undefined;
  /** Newest first. */
  list(uid: Uid): UserNote[];
  remove(id: number): boolean;
}

export interface PastSession {
  readonly uid: Uid;
  readonly beganAt: Millis;
  readonly endedAt: Millis;
  readonly address: string;
}

export interface PastSessions {
  /** Not durable at once: written with the next batch (`Store.flush`). */
  add(session: PastSession): void;
  /** Newest first. */
  list(uid: Uid, limit: number): PastSession[];
}

/**
 * What becomes of a line with a listed word: it is refused, the word is
 * replaced by stars, or staff are told.
 */
export type WordAction = "refuse" | "mask" | "flag";
export const WORD_ACTIONS = ["refuse", "mask", "flag"] as const;

export interface ListedWord {
  /** A word or words; `*` at either end stands for any letters. */
  readonly word: string;
  readonly action: WordAction;
  readonly by: string;
  readonly at: Millis;
}

export interface Words {
  /** Replaces an entry of the same word. */
  set(word: ListedWord): void;
  /** In alphabetical order. */
  list(): ListedWord[];
  remove(word: string): boolean;
}

/** Who may come in: everybody, those with an account, or staff. */
export type EmergencyLevel = "open" | "members" | "staff";
export const EMERGENCY_LEVELS = ["open", "members", "staff"] as const;

export interface EmergencyState {
  readonly level: EmergencyLevel;
  readonly reason: string;
  readonly by: string;
  readonly at: Millis;
}

export interface Emergency {
  get(): EmergencyState;
  set(state: EmergencyState): void;
}

/** Two-step sign-in of one account on the pages. */
export interface TwoStep {
  readonly uid: Uid;
  /** Base32, as the app has it. */
  readonly secret: string;
  readonly since: Millis;
  /** Number of the 30 seconds whose code was used last: each is good once. */
  readonly lastStep: number;
  /** SHA-256 of the recovery codes that are left. */
  readonly recovery: readonly string[];
}

export interface TwoSteps {
  get(uid: Uid): TwoStep | undefined;
  set(one: TwoStep): void;
  remove(uid: Uid): boolean;
}

/** An account that waits for the host's approval, or was rejected. */
export interface Application {
  readonly uid: Uid;
  readonly at: Millis;
  /** The host part of the applicant's address (`hostKey`). */
  readonly host: string;
  /** What the applicant wrote to the host. */
  readonly message: string;
  /** Null while it waits. */
  readonly rejectedAt: Millis | null;
  readonly rejectedBy: string;
  readonly reason: string;
  /** Then the account is removed. */
  readonly expiresAt: Millis;
}

/** At most a thousand, which registration sees to. */
export interface Applications {
  get(uid: Uid): Application | undefined;
  /** Replaces an earlier one of the same account. */
  set(one: Application): void;
  remove(uid: Uid): boolean;
  /** Oldest first, with the rejected ones. */
  list(): Application[];
  countFrom(host: string): number;
  count(): number;
  expired(now: Millis): Application[];
}
